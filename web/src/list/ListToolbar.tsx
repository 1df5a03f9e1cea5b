import { Search } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { type EntityCode, statusColumn } from "../catalog/catalog.ts";
import { FilterChip } from "../filter/FilterChip.tsx";
import { FilterMenu } from "../filter/FilterMenu.tsx";
import { humanize } from "../format/humanize.ts";
import type { ListParams } from "./use-list-params.ts";

/** Debounce of the search field, in ms. */
const debounceMs = 250;

export function ListToolbar({
  entityCode,
  params,
  plural,
}: {
  entityCode: EntityCode;
  params: ListParams;
  plural: string;
}) {
  const [text, setText] = useState(params.q);
  const status = statusColumn(entityCode);
  const { set, q } = params;
  // The URL follows the field. The field follows the URL only if something else changed it ("back", "Clear filters");
  // otherwise the field's own, older text would come back and delete what was typed in the meantime.
  const sent = useRef(q);
  useEffect(() => {
    if (q === sent.current) return;
    sent.current = q;
    setText(q);
  }, [q]);
  useEffect(() => {
    if (text.trim() === sent.current) return;
    const timer = setTimeout(() => {
      sent.current = text.trim();
      set({ q: sent.current });
    }, debounceMs);
    return () => clearTimeout(timer);
  }, [text, set]);
  return (
    <div className="flex flex-wrap items-center gap-2 px-4 pb-3 sm:px-6">
      <div className="relative min-w-40 flex-1 sm:max-w-72">
        <Search
          className="-translate-y-1/2 pointer-events-none absolute top-1/2 left-2.5 size-4 text-ink-3"
          aria-hidden="true"
        />
        <input
          type="search"
          aria-label={`Search ${plural.toLowerCase()}`}
          placeholder={`Search ${plural.toLowerCase()}`}
          value={text}
          onChange={(event) => setText(event.target.value)}
          className="control pl-8"
        />
      </div>
      {status?.enumValues ? (
        <select
          aria-label={humanize(status.name)}
          value={params.status}
          onChange={(event) => set({ status: event.target.value })}
          className="control select-control w-auto"
        >
          <option value="">{`Any ${humanize(status.name).toLowerCase()}`}</option>
          {status.enumValues.map((value) => (
            <option key={value} value={value}>
              {humanize(value)}
            </option>
          ))}
        </select>
      ) : null}
      <FilterMenu
        entityCode={entityCode}
        filters={params.filters}
        onChange={(column, text) => set({ [column]: text })}
      />
      {params.filters.map((filter) => (
        <FilterChip key={filter.column.name} filter={filter} onChange={(text) => set({ [filter.column.name]: text })} />
      ))}
      {params.filters.length > 1 ? (
        <button
          type="button"
          onClick={params.clear}
          className="h-8 rounded-md px-2 text-ink-2 text-sm hover:bg-sunken hover:text-ink"
        >
          Clear all
        </button>
      ) : null}
    </div>
  );
}
