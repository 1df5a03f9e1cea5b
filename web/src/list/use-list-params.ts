import { useCallback, useMemo } from "react";
import { useSearchParams } from "react-router";
import type { EntityCode } from "../catalog/catalog.ts";
import { type ColumnFilter, readFilters } from "../filter/list-filter.ts";

/** Texts by the name of their parameter; an empty one takes it out of the address. */
type Changes = Readonly<Record<string, string>>;

export interface ListParams {
  readonly q: string;
  readonly status: string;
  readonly sort: string;
  readonly filters: readonly ColumnFilter[];
  readonly set: (changes: Changes) => void;
  readonly clear: () => void;
}

/** What a list is narrowed and ordered by, kept in the address so that a reload, a link and "back" show the same. */
export function useListParams(entityCode: EntityCode, defaultSort: string): ListParams {
  const [params, setParams] = useSearchParams();
  const set = useCallback(
    (changes: Changes) => {
      setParams(
        (before) => {
          const after = new URLSearchParams(before);
          for (const [name, value] of Object.entries(changes)) {
            if (value && !(name === "sort" && value === defaultSort)) after.set(name, value);
            else after.delete(name);
          }
          return after;
        },
        // One entry per letter typed would make "back" useless.
        { replace: true },
      );
    },
    [setParams, defaultSort],
  );
  const filters = useMemo(() => readFilters(entityCode, params), [entityCode, params]);
  const clear = useCallback(() => {
    const narrowed = Object.fromEntries(filters.map(({ column }) => [column.name, ""]));
    set({ ...narrowed, q: "", status: "" });
  }, [set, filters]);
  const read = (name: string) => params.get(name) ?? "";
  return { q: read("q"), status: read("status"), sort: read("sort") || defaultSort, filters, set, clear };
}
