import { ChevronLeft, ListFilter } from "lucide-react";
import { useState } from "react";
import type { Column, EntityCode } from "../catalog/catalog.ts";
import { Popover, panelItem } from "../components/Popover.tsx";
import { humanize } from "../format/humanize.ts";
import { FilterEditor } from "./FilterEditor.tsx";
import { type ColumnFilter, filterableColumns, filterKind } from "./list-filter.ts";

interface Props {
  entityCode: EntityCode;
  filters: readonly ColumnFilter[];
  onChange: (column: string, text: string) => void;
}

/** Adds a filter in two steps: choose the column, then the values. */
export function FilterMenu({ entityCode, filters, onChange }: Props) {
  return (
    <Popover
      align="start"
      panelClass="w-64 p-1.5"
      buttonClass="inline-flex h-8 items-center gap-1.5 rounded-md border border-line-strong bg-surface px-2.5 font-medium text-ink hover:bg-hover"
      button={
        <>
          <ListFilter className="size-4 text-ink-3" aria-hidden="true" /> Filter
        </>
      }
    >
      {(close) => <Steps entityCode={entityCode} filters={filters} onChange={onChange} close={close} />}
    </Popover>
  );
}

function Steps({ entityCode, filters, onChange, close }: Props & { close: () => void }) {
  const [column, setColumn] = useState<Column>();
  if (!column) {
    const taken = new Set(filters.map((filter) => filter.column.name));
    return (
      <ul aria-label="Columns" className="max-h-80 overflow-auto">
        {filterableColumns(entityCode)
          .filter(({ name }) => !taken.has(name))
          .map((entry) => (
            <li key={entry.name}>
              <button type="button" className={panelItem} onClick={() => setColumn(entry)}>
                {humanize(entry.name)}
              </button>
            </li>
          ))}
      </ul>
    );
  }
  const kind = filterKind(column);
  const text = filters.find((filter) => filter.column.name === column.name)?.text ?? "";
  return (
    <div className="p-1">
      <button
        type="button"
        className="mb-2 flex h-7 items-center gap-1 rounded-md pr-2 text-ink-2 text-sm hover:bg-sunken"
        onClick={() => setColumn(undefined)}
      >
        <ChevronLeft className="size-4" aria-hidden="true" /> {humanize(column.name)}
      </button>
      {kind ? (
        <FilterEditor
          filter={{ column, kind, text }}
          onChange={(next) => {
            onChange(column.name, next);
            if (kind === "reference" || kind === "boolean") close();
          }}
        />
      ) : null}
    </div>
  );
}
