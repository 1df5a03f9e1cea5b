import { useClient, useEntity } from "@heliograph/client/react";
import { useEffect, useRef } from "react";
import type { EntityCode, Row } from "../catalog/catalog.ts";
import { useRefresh } from "../sync/refresh.tsx";

interface LastSeenRow {
  readonly status: "loading" | "ready" | "gone" | "error";
  /** The live row or, once it is gone, its last seen version. */
  readonly row: Row | undefined;
  readonly error: unknown;
  /** Whether the row may differ from the server's version. */
  readonly stale: boolean;
}

/** A live row that is remembered after it is gone, so that an open editor does not disappear with it. */
export function useLastSeenRow(entityCode: EntityCode, id: string): LastSeenRow {
  const { status, data, error, stale } = useEntity(entityCode, id);
  const key = `${entityCode}/${id}`;
  useRefetchOnRefresh(entityCode, id);
  const lastSeen = useRef<{ key: string; row: Row } | undefined>(undefined);
  if (data) lastSeen.current = { key, row: data as unknown as Row };
  return { status, row: lastSeen.current?.key === key ? lastSeen.current.row : undefined, error, stale };
}

/**
 * Refetches the row when the user asks for a refresh. Without live updates, a row is read when a subscriber is added.
 */
function useRefetchOnRefresh(entityCode: EntityCode, id: string): void {
  const client = useClient();
  const { generation } = useRefresh();
  const seen = useRef(generation);
  useEffect(() => {
    if (seen.current === generation) return;
    seen.current = generation;
    client.entity(entityCode, id).subscribe(() => {})();
  }, [client, entityCode, id, generation]);
}
