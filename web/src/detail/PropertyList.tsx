import { ArrowUpRight, ChevronDown } from "lucide-react";
import { useState } from "react";
import { Link } from "react-router";
import { type Column, type EntityCode, isEditable, isEntityCode, type Row } from "../catalog/catalog.ts";
import { entityPath } from "../catalog/paths.ts";
import { Button } from "../components/Button.tsx";
import { InlineField } from "../editing/InlineField.tsx";
import { humanize } from "../format/humanize.ts";
import { Value } from "../value/Value.tsx";

function OpenReference({ entry, row }: { entry: Column; row: Row }) {
  const id = row[entry.name];
  if (!isEntityCode(entry.references) || typeof id !== "string") return null;
  return (
    <Link
      to={entityPath(entry.references, id)}
      aria-label={`Open ${humanize(entry.name).toLowerCase()}`}
      className="mt-1 inline-flex size-6 shrink-0 items-center justify-center rounded text-ink-3 hover:bg-sunken hover:text-ink"
    >
      <ArrowUpRight className="size-4" aria-hidden="true" />
    </Link>
  );
}

/** Number of properties that a narrow screen shows at first. */
const first = 6;

interface Props {
  entityCode: EntityCode;
  row: Row;
  columns: readonly Column[];
}

/** Name and value of each column. Editable values turn into editors. */
export function PropertyList({ entityCode, row, columns }: Props) {
  const [all, setAll] = useState(columns.length <= first + 1);
  return (
    <>
      <dl className="space-y-0.5">
        {columns.map((entry, place) => (
          <div
            key={entry.name}
            className={`grid-cols-[7.5rem_minmax(0,1fr)] items-start gap-x-3 ${all || place < first ? "grid" : "hidden lg:grid"}`}
          >
            <dt className="truncate py-1.5 text-ink-3 text-sm" title={entry.comment ?? undefined}>
              {humanize(entry.name)}
            </dt>
            <dd className="flex min-w-0 items-start gap-1">
              <div className="min-w-0 flex-1">
                {isEditable(entry) ? (
                  <InlineField key={row.$id} entityCode={entityCode} row={row} column={entry} />
                ) : (
                  <div className="min-h-8 py-1">
                    <Value entry={entry} row={row} />
                  </div>
                )}
              </div>
              {isEditable(entry) ? <OpenReference entry={entry} row={row} /> : null}
            </dd>
          </div>
        ))}
      </dl>
      {all ? null : (
        <Button size="sm" variant="ghost" className="-ml-2.5 mt-1 lg:hidden" onClick={() => setAll(true)}>
          <ChevronDown className="size-3.5" aria-hidden="true" /> {columns.length - first} more properties
        </Button>
      )}
    </>
  );
}
