import { useEffect } from "react";
import type { EntityCode } from "../catalog/catalog.ts";
import { type RowQuery, type Rows, useRows } from "./use-rows.ts";

/** Rows per request, which is the server's limit. */
const pageSize = 200;
/** Highest number of rows read. More would be slow on a phone and add little to a chart. */
const mostRows = 1_000;

export type AllRows = Rows & {
  /** Whether `rows` contains every match. If not, a total over them must say so. */
  readonly complete: boolean;
  /** Whether pages are still loading. Neither complete nor loading means that there are more rows than are read. */
  readonly loading: boolean;
};

/** All rows that match a query, loaded page by page and live, for totals and charts. */
export function useAllRows(entityCode: EntityCode, query: Omit<RowQuery, "limit">): AllRows {
  const list = useRows(entityCode, { ...query, limit: pageSize });
  const { status, hasMore, loadMore, rows } = list;
  const more = status === "ready" && hasMore && rows.length < mostRows;
  // A dependency of the effect, so that each page that arrives requests the next one.
  const loaded = rows.length;
  // biome-ignore lint/correctness/useExhaustiveDependencies: loadMore is a new function with each render
  useEffect(() => {
    if (more) loadMore();
  }, [more, loaded]);
  return { ...list, complete: status === "ready" && !hasMore, loading: status === "loading" || more };
}
