import { useMemo } from "react";
import type { Row } from "../catalog/catalog.ts";
import { BurnUpChart } from "../chart/BurnUpChart.tsx";
import { burnUp, forecast } from "../chart/burn-up.ts";
import { WorkloadChart } from "../chart/WorkloadChart.tsx";
import { workload } from "../chart/workload.ts";
import { formatDay, today } from "../format/date.ts";
import type { AllRows } from "../list/use-all-rows.ts";

/** Number of people shown; makes the workload about as high as the burn-up chart beside it. */
const mostPeople = 5;

function dayText(moment: number): string {
  return formatDay(new Date(moment).toISOString().slice(0, 10));
}

/** Progress of a project: burn-up chart, forecast and workload. Renders nothing while the project has no tasks. */
export function ProjectProgress({ project, tasks }: { project: Row; tasks: AllRows }) {
  const day = today();
  // Memoised by day and rows, so that typing elsewhere on the page does not compute the chart again.
  const points = useMemo(() => burnUp(tasks.rows, Date.parse(`${day}T12:00:00Z`)), [tasks.rows, day]);
  const loads = useMemo(() => workload(tasks.rows, day), [tasks.rows, day]);
  // Until the list is loaded, the few tasks that happen to be on the device would give a wrong picture.
  if (points.length === 0 || tasks.status !== "ready") return null;
  const { open, weekly, doneBy } = forecast(points);
  const end = project["end_on"];
  const due = typeof end === "string" ? Date.parse(`${end}T00:00:00Z`) : undefined;
  return (
    <section aria-label="Progress" className="mt-8 grid gap-x-8 gap-y-6 xl:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
      <div className="min-w-0">
        <h2 className="mb-2 font-semibold text-base">Progress</h2>
        <BurnUpChart points={points} due={due} />
        <p className="mt-1.5 text-ink-2 text-sm">
          {tasks.complete ? "" : "Of the tasks loaded so far: "}
          {open === 0 ? "All tasks are done." : `${open} open ${open === 1 ? "task" : "tasks"}. `}
          {doneBy === undefined ? (
            open > 0 && "No task was finished in the last four weeks."
          ) : (
            <>
              At {weekly.toFixed(weekly < 10 ? 1 : 0)} per week, all are done around{" "}
              <strong className={`font-medium ${due !== undefined && doneBy > due ? "text-danger" : "text-ink"}`}>
                {dayText(doneBy)}
              </strong>
              {due === undefined ? "." : ` (due ${dayText(due)}).`}
            </>
          )}
        </p>
      </div>
      {loads.length > 0 ? (
        <div className="min-w-0">
          <h2 className="mb-2 font-semibold text-base">Workload</h2>
          <WorkloadChart
            loads={loads}
            most={mostPeople}
            linkTo={(assignee) => `/tasks?project_id=${project.$id}&assignee_id=${assignee ?? "none"}`}
          />
        </div>
      ) : null}
    </section>
  );
}
