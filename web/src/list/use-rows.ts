import type { Filter } from "@heliograph/client";
import { useEntityList } from "@heliograph/client/react";
import { useEffect, useRef } from "react";
import type { EntityCode, Row } from "../catalog/catalog.ts";
import { useRefresh } from "../sync/refresh.tsx";

export interface RowQuery {
  readonly filter?: Filter;
  readonly sort?: string;
  readonly q?: string;
  readonly limit?: number;
  readonly within?: string;
}

export interface Rows {
  readonly status: "loading" | "ready" | "error";
  readonly rows: readonly Row[];
  readonly hasMore: boolean;
  readonly loadMore: () => void;
  readonly refetch: () => void;
  readonly error: unknown;
  readonly stale: boolean;
}

/** A live list of any type. Refetched when the user asks for a refresh, which is needed while sync is switched off. */
export function useRows(entityCode: EntityCode, query: RowQuery): Rows {
  const list = useEntityList(entityCode, query);
  const { generation } = useRefresh();
  const refetch = useRef(list.refetch);
  refetch.current = list.refetch;
  const seen = useRef(generation);
  useEffect(() => {
    if (seen.current === generation) return;
    seen.current = generation;
    void refetch.current();
  }, [generation]);
  return {
    status: list.status,
    rows: list.items as unknown as readonly Row[],
    hasMore: list.hasMore,
    loadMore: () => void list.loadMore(),
    refetch: () => void list.refetch(),
    error: list.error,
    stale: list.stale,
  };
}
