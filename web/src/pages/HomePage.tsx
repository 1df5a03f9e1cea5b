import { Link } from "react-router";
import { usePerson } from "../auth/AuthProvider.tsx";
import type { EntityCode } from "../catalog/catalog.ts";
import { listPath } from "../catalog/paths.ts";
import { PageHeader } from "../components/PageHeader.tsx";
import { ListSkeleton } from "../feedback/Skeleton.tsx";
import { SectionRows } from "../list/SectionRows.tsx";
import { type RowQuery, useRows } from "../list/use-rows.ts";
import { OpenWorkload } from "../task/OpenWorkload.tsx";
import { useOwnEmployee } from "../task/use-own-employee.ts";

interface BlockProps {
  title: string;
  entityCode: EntityCode;
  query: RowQuery;
  columns: readonly string[];
  empty: string;
  className?: string;
}

function Block({ title, entityCode, query, columns, empty, className = "" }: BlockProps) {
  const list = useRows(entityCode, query);
  return (
    <section aria-label={title} className={className}>
      <div className="mb-2 flex items-baseline justify-between">
        <h2 className="font-semibold">{title}</h2>
        <Link to={listPath(entityCode)} className="text-link text-sm underline-offset-2 hover:underline">
          View all
        </Link>
      </div>
      <SectionRows
        entityCode={entityCode}
        list={{ ...list, hasMore: false }}
        columns={columns}
        caption={title}
        empty={empty}
      />
    </section>
  );
}

const open = { in: ["backlog", "todo", "in_progress", "in_review"] };

/** The start page: own open tasks, active projects, workload, and recent changes. */
export function HomePage() {
  const person = usePerson();
  const { id: employee, known } = useOwnEmployee();
  const mine = { filter: { ...(employee && { assignee_id: employee }), status: open }, sort: "due_on", limit: 6 };
  const running = { filter: { status: "active" }, sort: "end_on", limit: 6 };
  return (
    <>
      <PageHeader title={`Good to see you, ${person.fname}`} />
      <div className="grid items-start gap-x-8 gap-y-7 px-4 pt-1 pb-10 sm:px-6 xl:grid-cols-2">
        <div className="grid min-w-0 gap-y-7">
          {known ? (
            <Block
              title={employee ? "Your open tasks" : "Open tasks"}
              entityCode="task"
              query={mine}
              columns={["status", "due_on"]}
              empty={employee ? "No open task is assigned to you." : "No task is open."}
            />
          ) : (
            // Until the user's employee record is known, the list would show everyone's tasks as the user's own.
            <section aria-label="Your open tasks">
              <h2 className="mb-2 font-semibold">Your open tasks</h2>
              <ListSkeleton rows={3} label="Loading your tasks…" />
            </section>
          )}
          <Block
            title="Active projects"
            entityCode="project"
            query={running}
            columns={["progress_percent", "end_on"]}
            empty="No project is active."
          />
        </div>
        <section aria-label="Workload" className="min-w-0">
          <h2 className="mb-2 font-semibold">Workload</h2>
          <OpenWorkload />
        </section>
        <Block
          title="Recently changed tasks"
          entityCode="task"
          query={{ sort: "-updated_ts", limit: 8 }}
          columns={["status", "project_id", "assignee_id", "updated_ts"]}
          empty="There are no tasks yet."
          className="xl:col-span-2"
        />
      </div>
    </>
  );
}
