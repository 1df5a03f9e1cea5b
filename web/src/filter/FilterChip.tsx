import { X } from "lucide-react";
import { Popover } from "../components/Popover.tsx";
import { humanize } from "../format/humanize.ts";
import { ReferenceText } from "../value/ReferenceLabel.tsx";
import { FilterEditor } from "./FilterEditor.tsx";
import { type ColumnFilter, filterText } from "./list-filter.ts";

interface Props {
  filter: ColumnFilter;
  onChange: (text: string) => void;
}

/** An active column filter: shows it, opens its editor and removes it. */
export function FilterChip({ filter, onChange }: Props) {
  const { column, kind, text } = filter;
  const name = humanize(column.name);
  const row = kind === "reference" && text !== "none" && column.references ? column.references : undefined;
  return (
    <div className="flex h-8 min-w-0 items-center rounded-md border border-line-strong bg-surface">
      <Popover
        align="start"
        panelClass="w-64 p-2.5"
        buttonClass="flex h-8 min-w-0 max-w-64 items-center gap-1.5 rounded-l-md pr-1 pl-2.5 hover:bg-hover"
        button={
          <>
            <span className="shrink-0 text-ink-3">{name}</span>
            <span className="truncate font-medium">
              {row ? <ReferenceText entityCode={row} id={text} /> : filterText(filter)}
            </span>
          </>
        }
      >
        {(close) => (
          <FilterEditor
            filter={filter}
            onChange={(next) => {
              onChange(next);
              if (kind === "reference") close();
            }}
          />
        )}
      </Popover>
      <button
        type="button"
        aria-label={`Remove filter ${name}`}
        onClick={() => onChange("")}
        className="flex h-full w-7 items-center justify-center rounded-r-md text-ink-3 hover:bg-hover hover:text-ink"
      >
        <X className="size-3.5" aria-hidden="true" />
      </button>
    </div>
  );
}
