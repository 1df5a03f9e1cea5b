import { useCallback } from "react";
import { useSearchParams } from "react-router";

export type ListParams = {
  readonly q: string;
  readonly status: string;
  readonly sort: string;
  readonly set: (changes: { q?: string; status?: string; sort?: string }) => void;
  readonly clear: () => void;
};

/** What a list is narrowed and ordered by, kept in the address so that a reload, a link and "back" show the same. */
export function useListParams(defaultSort: string): ListParams {
  const [params, setParams] = useSearchParams();
  const set = useCallback(
    (changes: { q?: string; status?: string; sort?: string }) => {
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
  const clear = useCallback(() => set({ q: "", status: "" }), [set]);
  const read = (name: string) => params.get(name) ?? "";
  return { q: read("q"), status: read("status"), sort: read("sort") || defaultSort, set, clear };
}
