import { ArrowDown, ArrowUp } from "lucide-react";
import { humanize } from "../format/humanize.ts";
import { type Column, type EntityCode, labelColumn, type Row } from "./catalog.ts";
import { EntityRow } from "./EntityRow.tsx";
import { isNumeric, isSortable, listColumns, visibility } from "./list-columns.ts";

type HeadProps = { entry: Column; sort: string; onSort?: (sort: string) => void; className: string };

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

type Props = {
  code: EntityCode;
  rows: readonly Row[];
  /** Says what the table holds. */
  caption: string;
  columns?: readonly Column[];
  sort?: string;
  onSort?: (sort: string) => void;
  /** Inside a detail page there is less room: fewer columns, no outer padding. */
  compact?: boolean;
};

/** Rows of one type. Narrow screens keep the name and put the first column below it; wide ones show more columns. */
export function EntityTable({
  code,
  rows,
  caption,
  columns = listColumns(code),
  sort = "",
  onSort,
  compact = false,
}: Props) {
  const label = labelColumn(code);
  const shared = { sort, ...(onSort && { onSort }) };
  return (
    <table className="w-full table-fixed border-collapse text-base">
      <caption className="sr-only">{caption}</caption>
      <thead className="text-ink-3 text-xs">
        <tr className="border-line border-b">
          {label ? <Head entry={label} className={`w-auto pr-4 pl-4 ${compact ? "" : "sm:pl-6"}`} {...shared} /> : null}
          {columns.map((entry, place) => (
            <Head
              key={entry.name}
              entry={entry}
              className={`px-3 ${width(entry)} ${visibility[place] ?? "hidden"}`}
              {...shared}
            />
          ))}
          {compact ? null : <Head entry={updated} className="hidden w-34 pr-6 pl-3 lg:table-cell" {...shared} />}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <EntityRow key={row.id} code={code} row={row} columns={columns} compact={compact} />
        ))}
      </tbody>
    </table>
  );
}

const updated: Column = {
  name: "updated_ts",
  baseType: "timestamptz",
  notNull: true,
  hasDefault: true,
  generated: true,
  enumValues: null,
  references: null,
  maxLength: null,
  comment: null,
};

function width(entry: Column): string {
  if (entry.references) return "w-48";
  if (entry.name === "priority") return "w-24";
  return "w-32";
}
