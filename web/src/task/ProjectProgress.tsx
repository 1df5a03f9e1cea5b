import { useMemo } from "react";
import type { Row } from "../catalog/catalog.ts";
import { BurnUpChart } from "../chart/BurnUpChart.tsx";
import { burnUp, forecast } from "../chart/burn-up.ts";
import { WorkloadChart } from "../chart/WorkloadChart.tsx";
import { workload } from "../chart/workload.ts";
import { formatDay, today } from "../format/date.ts";
import type { AllRows } from "../list/use-all-rows.ts";

/** Persons shown beside the line: as many as it is high. */
const mostPersons = 5;

function dayText(moment: number): string {
  return formatDay(new Date(moment).toISOString().slice(0, 10));
}

/** How far a project is: tasks over time, and who has what is left. Nothing while it has no tasks. */
export function ProjectProgress({ project, tasks }: { project: Row; tasks: AllRows }) {
  const day = today();
  // By day and rows, so that the line is not computed again for each letter typed elsewhere on the page.
  const points = useMemo(() => burnUp(tasks.rows, Date.parse(`${day}T12:00:00Z`)), [tasks.rows, day]);
  const loads = useMemo(() => workload(tasks.rows, day), [tasks.rows, day]);
  // Before the server (or the last visit) has said which tasks there are, the few that happen to be held say nothing.
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
          {open === 0 ? "Everything is done." : `${open} open. `}
          {doneBy === undefined ? (
            open > 0 && "Nothing was finished in the last four weeks."
          ) : (
            <>
              At {weekly.toFixed(weekly < 10 ? 1 : 0)} a week done around{" "}
              <strong className={`font-medium ${due !== undefined && doneBy > due ? "text-danger" : "text-ink"}`}>
                {dayText(doneBy)}
              </strong>
              {due === undefined ? "." : `, due ${dayText(due)}.`}
            </>
          )}
        </p>
      </div>
      {loads.length > 0 ? (
        <div className="min-w-0">
          <h2 className="mb-2 font-semibold text-base">Workload</h2>
          <WorkloadChart
            loads={loads}
            most={mostPersons}
            linkTo={(assignee) => `/tasks?project_id=${project.id}&assignee_id=${assignee ?? "none"}`}
          />
        </div>
      ) : null}
    </section>
  );
}
