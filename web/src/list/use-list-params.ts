import { useCallback, useMemo } from "react";
import { useSearchParams } from "react-router";
import type { EntityCode } from "../catalog/catalog.ts";
import { type ColumnFilter, readFilters } from "../filter/list-filter.ts";

/** Values by parameter name. An empty value removes the parameter from the URL. */
type Changes = Readonly<Record<string, string>>;

export interface ListParams {
  readonly q: string;
  readonly status: string;
  readonly sort: string;
  readonly filters: readonly ColumnFilter[];
  readonly set: (changes: Changes) => void;
  readonly clear: () => void;
}

/**
 * Search, filters and sort order of a list. Kept in the URL, so that a reload, a link and "back" show the same list.
 */
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
        // One history entry per keystroke would make "back" useless.
        { replace: true },
      );
    },
    [setParams, defaultSort],
  );
  const filters = useMemo(() => readFilters(entityCode, params), [entityCode, params]);
  const clear = useCallback(() => {
    const noFilters = Object.fromEntries(filters.map(({ column }) => [column.name, ""]));
    set({ ...noFilters, q: "", status: "" });
  }, [set, filters]);
  const read = (name: string) => params.get(name) ?? "";
  return { q: read("q"), status: read("status"), sort: read("sort") || defaultSort, filters, set, clear };
}
