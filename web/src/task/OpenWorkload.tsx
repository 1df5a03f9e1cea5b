import { useMemo } from "react";
import { WorkloadChart } from "../chart/WorkloadChart.tsx";
import { openStates, workload } from "../chart/workload.ts";
import { LoadError } from "../feedback/LoadError.tsx";
import { LoadingProgress } from "../feedback/LoadingProgress.tsx";
import { ListSkeleton } from "../feedback/Skeleton.tsx";
import { today } from "../format/date.ts";
import { useAllRows } from "../list/use-all-rows.ts";

/** Number of people shown; makes the chart about as high as the lists beside it. */
const mostPeople = 14;
const query = { filter: { status: { in: openStates } }, sort: "due_on" };

/** Live workload chart of the whole organization. */
export function OpenWorkload() {
  const tasks = useAllRows("task", query);
  const day = today();
  const loads = useMemo(() => workload(tasks.rows, day), [tasks.rows, day]);
  if (tasks.rows.length === 0) {
    if (tasks.status === "error") return <LoadError what="The workload" error={tasks.error} retry={tasks.refetch} />;
    if (tasks.status === "loading") return <ListSkeleton rows={4} label="Loading the workload…" />;
    return <p className="text-ink-3">No open tasks</p>;
  }
  return (
    <>
      <WorkloadChart
        loads={loads}
        most={mostPeople}
        linkTo={(assignee) => `/tasks?assignee_id=${assignee ?? "none"}`}
      />
      {tasks.complete ? null : (
        <div className="mt-1 min-h-5">
          {tasks.loading ? (
            <LoadingProgress what="tasks" count={tasks.rows.length} />
          ) : (
            <p role="status" className="text-ink-3 text-sm">
              Includes only the {tasks.rows.length} tasks that are due first.
            </p>
          )}
        </div>
      )}
    </>
  );
}
