import { ChevronRight } from "lucide-react";
import { Link } from "react-router";
import { column, type EntityCode, entityInfo, type Row } from "../catalog/catalog.ts";
import { entityPlural } from "../catalog/navigation.ts";
import { listPath } from "../catalog/paths.ts";
import { ReferenceLink } from "../value/ReferenceLabel.tsx";

/** Links to the list of a row's type and to its container, such as a task's project or a line's invoice. */
export function Breadcrumb({ entityCode, row }: { entityCode: EntityCode; row: Row }) {
  const container = entityInfo(entityCode)
    .containers.filter((name) => name !== "organization_id" && typeof row[name] === "string")
    .map((name) => column(entityCode, name))
    .find((entry) => entry?.references);
  const id = container ? row[container.name] : undefined;
  return (
    <nav aria-label="Breadcrumb" className="flex min-w-0 items-center gap-1 text-ink-3 text-sm">
      <Link to={listPath(entityCode)} className="shrink-0 py-1 underline-offset-2 hover:text-ink hover:underline">
        {entityPlural(entityCode)}
      </Link>
      {container?.references && typeof id === "string" ? (
        <>
          <ChevronRight className="size-3.5 shrink-0" aria-hidden="true" />
          <ReferenceLink entityCode={container.references} id={id} className="py-1 hover:text-ink" />
        </>
      ) : null}
    </nav>
  );
}
