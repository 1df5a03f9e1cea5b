import type { Row } from "../catalog/catalog.ts";

/** Statuses of an open task, nearest to done first, which is the order of the bar segments. */
export const openStates = ["in_review", "in_progress", "todo", "backlog"] as const;
export type OpenState = (typeof openStates)[number];

export interface Load {
  /** Id of the employee, or null for unassigned tasks. */
  readonly assignee: string | null;
  readonly counts: Readonly<Record<OpenState, number>>;
  readonly total: number;
  readonly overdue: number;
}

function isOpen(status: unknown): status is OpenState {
  return openStates.some((state) => state === status);
}

/** Counts open tasks by assignee, most first, unassigned last. `today` is a day as YYYY-MM-DD. */
export function workload(tasks: readonly Row[], today: string): readonly Load[] {
  const loads = new Map<string | null, { counts: Record<OpenState, number>; total: number; overdue: number }>();
  for (const task of tasks) {
    const status = task["status"];
    if (!isOpen(status)) continue;
    const assignee = typeof task["assignee_id"] === "string" ? task["assignee_id"] : null;
    const load = loads.get(assignee) ?? {
      counts: { in_review: 0, in_progress: 0, todo: 0, backlog: 0 },
      total: 0,
      overdue: 0,
    };
    load.counts[status] += 1;
    load.total += 1;
    const due = task["due_on"];
    if (typeof due === "string" && due < today) load.overdue += 1;
    loads.set(assignee, load);
  }
  return [...loads]
    .map(([assignee, load]) => ({ assignee, ...load }))
    .toSorted((a, b) => Number(a.assignee === null) - Number(b.assignee === null) || b.total - a.total);
}
