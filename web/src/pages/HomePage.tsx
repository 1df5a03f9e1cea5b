import { Link } from "react-router";
import { usePerson } from "../auth/AuthProvider.tsx";
import { PageHeader } from "../components/PageHeader.tsx";
import type { EntityCode } from "../entity/catalog.ts";
import { listPath } from "../entity/paths.ts";
import { SectionRows } from "../entity/RelatedList.tsx";
import { type RowQuery, useRows } from "../entity/use-rows.ts";
import { useOwnEmployee } from "../task/use-own-employee.ts";

function Block({ title, code, query }: { title: string; code: EntityCode; query: RowQuery }) {
  const list = useRows(code, query);
  return (
    <section aria-label={title} className="mt-6 first:mt-2">
      <div className="mb-2 flex items-baseline justify-between">
        <h2 className="font-semibold">{title}</h2>
        <Link to={listPath(code)} className="text-link text-sm underline-offset-2 hover:underline">
          View all
        </Link>
      </div>
      <SectionRows code={code} list={{ ...list, hasMore: false }} without="" caption={title} />
    </section>
  );
}

const open = { in: "todo,in_progress,in_review" };

/** Where a day starts: what is mine, what is due, what is running. */
export function HomePage() {
  const person = usePerson();
  const employee = useOwnEmployee();
  return (
    <>
      <PageHeader title={`Good to see you, ${person.fname}`} />
      <div className="px-4 pb-10 sm:px-6">
        {employee ? (
          <Block
            title="Your open tasks"
            code="task"
            query={{ filter: { assignee_id: employee, status: open }, sort: "due_on", limit: 6 }}
          />
        ) : null}
        <Block
          title="Active projects"
          code="project"
          query={{ filter: { status: "active" }, sort: "end_on", limit: 6 }}
        />
        <Block title="Recently changed tasks" code="task" query={{ sort: "-updated_ts", limit: 6 }} />
      </div>
    </>
  );
}
