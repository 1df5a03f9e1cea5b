import type { Row } from "../catalog/catalog.ts";

export interface Progress {
  readonly done: number;
  readonly open: number;
  readonly total: number;
}

/** How far a set of tasks is. Cancelled ones are neither done nor to be done, so they do not count. */
export function progressOf(tasks: readonly Row[]): Progress {
  let done = 0;
  let open = 0;
  for (const task of tasks) {
    if (task["status"] === "done") done += 1;
    else if (task["status"] !== "cancelled") open += 1;
  }
  return { done, open, total: done + open };
}
