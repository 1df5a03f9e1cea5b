import { useEffect } from "react";
import type { EntityCode } from "../catalog/catalog.ts";
import { type RowQuery, type Rows, useRows } from "./use-rows.ts";

/** Rows of one page: as many as the server gives at once. */
const pageSize = 200;
/** A chart of more rows than this would cost a phone more than it tells. */
const most = 1_000;

export type AllRows = Rows & {
  /** Whether `rows` is everything that fits the query; a sum over less must say so. */
  readonly complete: boolean;
  /** Pages are still on their way. Not complete and not loading: there are more than are read. */
  readonly loading: boolean;
};

/** Every row that fits a query, page after page, live: what a figure or a chart may be computed from. */
export function useAllRows(entityCode: EntityCode, query: Omit<RowQuery, "limit">): AllRows {
  const list = useRows(entityCode, { ...query, limit: pageSize });
  const { status, hasMore, loadMore, rows } = list;
  const more = status === "ready" && hasMore && rows.length < most;
  // The length is named so that the next page is asked for when one has arrived, not only the first time.
  const held = rows.length;
  // biome-ignore lint/correctness/useExhaustiveDependencies: loadMore is a new function at each drawing
  useEffect(() => {
    if (more) loadMore();
  }, [more, held]);
  return { ...list, complete: status === "ready" && !hasMore, loading: status === "loading" || more };
}
