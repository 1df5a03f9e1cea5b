import { Link } from "react-router";
import { humanize } from "../format/humanize.ts";
import { ReferenceText } from "../value/ReferenceLabel.tsx";
import { type Load, type OpenState, openStates } from "./workload.ts";

const colours: Readonly<Record<OpenState, string>> = {
  in_review: "bg-chart-review",
  in_progress: "bg-chart-progress",
  todo: "bg-chart-todo",
  backlog: "bg-chart-backlog",
};

interface Props {
  loads: readonly Load[];
  /** Number of people shown; the rest are summed up in one line. */
  most: number;
  /** Path of the list of a person's tasks; null means unassigned tasks. */
  linkTo: (assignee: string | null) => string;
}

/**
 * Open tasks by assignee: one bar per person, split by status. Numbers beside the bars repeat what the colours show.
 */
export function WorkloadChart({ loads, most, linkTo }: Props) {
  const shown = loads.slice(0, most);
  const hidden = loads.slice(most).reduce((sum, { total }) => sum + total, 0);
  const top = Math.max(1, ...shown.map(({ total }) => total));
  return (
    <div>
      <ul className="grid gap-0.5">
        {shown.map((load) => (
          <li key={load.assignee ?? "unassigned"}>
            <Link
              to={linkTo(load.assignee)}
              className="-mx-2 grid grid-cols-[minmax(0,9.5rem)_minmax(0,1fr)_auto] items-center gap-3 rounded-md px-2 py-1 hover:bg-hover"
            >
              <span className="truncate">
                {load.assignee ? (
                  <ReferenceText entityCode="employee" id={load.assignee} />
                ) : (
                  <span className="text-ink-3">Unassigned</span>
                )}
              </span>
              <span
                aria-hidden="true"
                className="flex h-3.5 gap-px overflow-hidden rounded-sm"
                style={{ width: `${(100 * load.total) / top}%` }}
              >
                {openStates.map((state) =>
                  load.counts[state] > 0 ? (
                    <span key={state} className={colours[state]} style={{ flexGrow: load.counts[state] }} />
                  ) : null,
                )}
              </span>
              <span className="w-26 whitespace-nowrap text-right text-ink-2 text-sm tabular-nums">
                {load.total}
                <span className="sr-only"> open</span>
                {load.overdue > 0 ? <span className="text-danger"> · {load.overdue} overdue</span> : null}
              </span>
            </Link>
          </li>
        ))}
      </ul>
      {hidden > 0 ? (
        <p className="mt-1 text-ink-3 text-sm">
          {hidden} more open {hidden === 1 ? "task" : "tasks"}
        </p>
      ) : null}
      <ul aria-label="Legend" className="mt-3 flex flex-wrap gap-x-4 gap-y-1 text-ink-3 text-xs">
        {openStates.map((state) => (
          <li key={state} className="flex items-center gap-1.5">
            <span aria-hidden="true" className={`size-2.5 rounded-sm ${colours[state]}`} /> {humanize(state)}
          </li>
        ))}
      </ul>
    </div>
  );
}
