import type { HistoryItem } from "@heliograph/client";
import { useClient, useSyncStatus } from "@heliograph/client/react";
import { useCallback, useEffect, useState } from "react";
import type { EntityCode, Row } from "../catalog/catalog.ts";
import { useFrozen } from "../editing/open-drafts.tsx";
import { useRefresh } from "../sync/refresh.tsx";

interface HistoryState {
  /** The entries read last. They stay while the history is read again, and if that fails. */
  readonly items: readonly HistoryItem[];
  readonly status: "loading" | "ready" | "error";
  readonly error: unknown;
  readonly retry: () => void;
}

const unread = { items: [], status: "loading", error: undefined } as const;

/** The change history of a row, newest first. Read again with each new version of the row. */
export function useHistory(entityCode: EntityCode, { $id: id, $version: version }: Row): HistoryState {
  const client = useClient();
  const frozen = useFrozen();
  const [read, setRead] = useState<Omit<HistoryState, "retry">>(unread);
  const [attempt, setAttempt] = useState(0);
  const { generation } = useRefresh();
  // A row that was created here and is not sent yet has no history on the server, which would respond with 404.
  const known = version > 0;
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new version, a refresh and a retry each read the history again
  useEffect(() => {
    if (frozen) return;
    if (!known) return setRead({ ...unread, status: "ready" });
    const stop = new AbortController();
    client.api.history(entityCode, id, { signal: stop.signal }).then(
      ({ items }) => setRead({ items, status: "ready", error: undefined }),
      (error: unknown) => {
        if (!stop.signal.aborted) setRead((before) => ({ ...before, status: "error", error }));
      },
    );
    return () => stop.abort();
  }, [client, entityCode, id, version, known, frozen, generation, attempt]);
  const retry = useCallback(() => {
    setRead((before) => ({ ...before, status: "loading", error: undefined }));
    setAttempt((before) => before + 1);
  }, []);
  const reachable = useSyncStatus().state === "connected";
  const failed = read.status === "error";
  // A read that failed offline is repeated when the connection is back.
  // biome-ignore lint/correctness/useExhaustiveDependencies: a failure while connected is retried by the user, not at once
  useEffect(() => {
    if (reachable && failed) retry();
  }, [reachable, retry]);
  return { ...read, retry };
}
