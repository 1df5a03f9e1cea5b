import { ArrowDown, ArrowUp } from "lucide-react";
import { useMemo } from "react";
import { type Column, type EntityCode, labelColumn, type Row } from "../catalog/catalog.ts";
import { isSortable } from "../catalog/list-columns.ts";
import { humanize } from "../format/humanize.ts";
import { useUnsent } from "../unsent/UnsentProvider.tsx";
import { EntityRow } from "./EntityRow.tsx";
import { isNumeric, placeColumns } from "./table-layout.ts";

interface HeadProps {
  entry: Column;
  sort: string;
  onSort?: ((sort: string) => void) | undefined;
  className: string;
}

function Head({ entry, sort, onSort, className }: HeadProps) {
  const descending = sort === `-${entry.name}`;
  const sorted = descending || sort === entry.name;
  const text = humanize(entry.name);
  const Arrow = descending ? ArrowDown : ArrowUp;
  const side = isNumeric(entry) ? "text-right" : "text-left";
  return (
    <th
      scope="col"
      aria-sort={sorted ? (descending ? "descending" : "ascending") : undefined}
      className={`h-9 font-medium ${side} ${className}`}
    >
      {onSort && isSortable(entry) ? (
        <button
          type="button"
          onClick={() => onSort(sorted && !descending ? `-${entry.name}` : entry.name)}
          className={`-mx-1.5 inline-flex h-6 items-center gap-1 rounded px-1.5 hover:bg-sunken hover:text-ink ${sorted ? "text-ink" : ""}`}
        >
          {text}
          {sorted ? <Arrow className="size-3" aria-hidden="true" /> : null}
        </button>
      ) : (
        text
      )}
    </th>
  );
}

interface Props {
  entityCode: EntityCode;
  rows: readonly Row[];
  /** Accessible name of the table. */
  caption: string;
  columns: readonly Column[];
  sort?: string;
  onSort?: (sort: string) => void;
  /** For tables inside a page: no outer padding, and no header row where only the label fits. */
  compact?: boolean;
}

/** Rows of one type. Narrow containers show the label with the first column below it; wide ones show more columns. */
export function EntityTable({ entityCode, rows, caption, columns, sort = "", onSort, compact = false }: Props) {
  const label = labelColumn(entityCode);
  const layout = useMemo(() => placeColumns(columns), [columns]);
  const unsent = useUnsent();
  return (
    <div className="@container">
      <table className="w-full table-fixed border-collapse text-base">
        <caption className="sr-only">{caption}</caption>
        <thead className={`text-ink-3 text-xs ${compact ? "max-sm:sr-only" : ""}`}>
          <tr className="border-line border-b">
            {label ? (
              <Head
                entry={label}
                className={`w-auto pr-4 pl-4 ${compact ? "" : "sm:pl-6"}`}
                sort={sort}
                onSort={onSort}
              />
            ) : null}
            {layout.placed.map(({ entry, className }, place) => (
              <Head
                key={entry.name}
                entry={entry}
                className={`pl-3 ${place === layout.placed.length - 1 ? (compact ? "pr-4" : "pr-4 sm:pr-6") : "pr-3"} ${className}`}
                sort={sort}
                onSort={onSort}
              />
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <EntityRow
              key={row.$id}
              entityCode={entityCode}
              row={row}
              layout={layout}
              compact={compact}
              unsent={unsent.get(`${entityCode}/${row.$id}`)}
            />
          ))}
        </tbody>
      </table>
    </div>
  );
}
