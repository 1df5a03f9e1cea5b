import { expect, test } from "vitest";
import { workload } from "./workload.ts";

function task(assignee: string | null, status: string, due: string | null = null) {
  return { $id: `${assignee}${status}${due}`, $version: 1, assignee_id: assignee, status, due_on: due };
}

test("counts open tasks by assignee and status, most first, unassigned last", () => {
  const loads = workload(
    [
      task(null, "todo"),
      task(null, "todo"),
      task(null, "backlog"),
      task("ann", "in_progress"),
      task("bob", "todo"),
      task("bob", "in_review"),
      task("bob", "done"),
      task("ann", "cancelled"),
    ],
    "2026-03-31",
  );
  expect(loads.map(({ assignee, total }) => [assignee, total])).toEqual([
    ["bob", 2],
    ["ann", 1],
    [null, 3],
  ]);
  expect(loads[0]?.counts).toEqual({ in_review: 1, in_progress: 0, todo: 1, backlog: 0 });
});

test("a task is overdue if its due date is before today", () => {
  const [load] = workload(
    [task("ann", "todo", "2026-03-30"), task("ann", "todo", "2026-03-31"), task("ann", "todo")],
    "2026-03-31",
  );
  expect(load?.overdue).toBe(1);
});
