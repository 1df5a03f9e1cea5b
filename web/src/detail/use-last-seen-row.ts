import { useClient, useEntity } from "@heliograph/client/react";
import { useEffect, useRef } from "react";
import type { EntityCode, Row } from "../catalog/catalog.ts";
import { useRefresh } from "../sync/refresh.tsx";

interface LastSeenRow {
  readonly status: "loading" | "ready" | "gone" | "error";
  /** The live row, or, once it is gone, what was last seen of it. */
  readonly row: Row | undefined;
  readonly error: unknown;
  /** What is shown was not compared with the server yet, or no longer is. */
  readonly stale: boolean;
}

/** A live row that is remembered after it is gone, so that an open edit does not vanish with it. */
export function useLastSeenRow(entityCode: EntityCode, id: string): LastSeenRow {
  const { status, data, error, stale } = useEntity(entityCode, id);
  const key = `${entityCode}/${id}`;
  useRefetchOnRefresh(entityCode, id);
  const held = useRef<{ key: string; row: Row } | undefined>(undefined);
  if (data) held.current = { key, row: data as unknown as Row };
  return { status, row: held.current?.key === key ? held.current.row : undefined, error, stale };
}

/** Without live updates a row is read whenever somebody new looks at it; a wish to refresh is such a look. */
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
