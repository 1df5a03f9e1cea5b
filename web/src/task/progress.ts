import type { Row } from "../catalog/catalog.ts";

export interface Progress {
  readonly done: number;
  readonly open: number;
  readonly total: number;
}

/** Counts finished and open tasks. Cancelled tasks are neither. */
export function progressOf(tasks: readonly Row[]): Progress {
  let done = 0;
  let open = 0;
  for (const task of tasks) {
    if (task["status"] === "done") done += 1;
    else if (task["status"] !== "cancelled") open += 1;
  }
  return { done, open, total: done + open };
}
