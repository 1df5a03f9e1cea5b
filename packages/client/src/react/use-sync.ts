import { useCallback, useEffect, useMemo, useRef } from "react";
import type { EntityCode } from "../api/register.ts";
import type { Heliograph } from "../core/client.ts";
import type { SubscribeOptions } from "../core/client-options.ts";
import type { SyncStatus } from "../status/sync-status.ts";
import { useClient } from "./SyncProvider.tsx";
import { useSyncStatus } from "./use-sync-status.ts";

export interface Sync {
  readonly status: SyncStatus;
  /** Keeps rows live until the returned function is called or the component unmounts. */
  readonly subscribe: (entityCode: EntityCode, entityIds: readonly string[], options?: SubscribeOptions) => () => void;
  /** Ends the subscriptions of this component: those of one entity type, or all. */
  readonly unsubscribe: (entityCode?: EntityCode) => void;
  readonly client: Heliograph;
}

interface Held {
  readonly entityCode: string;
  readonly release: () => void;
}

/** The status and manual subscriptions. `useEntity` and `useEntityList` subscribe automatically. */
export function useSync(): Sync {
  const client = useClient();
  const status = useSyncStatus();
  const held = useRef(new Set<Held>());
  const unsubscribe = useCallback((entityCode?: EntityCode) => {
    for (const one of held.current) {
      if (entityCode !== undefined && one.entityCode !== entityCode) continue;
      held.current.delete(one);
      one.release();
    }
  }, []);
  const subscribe = useCallback(
    (entityCode: EntityCode, entityIds: readonly string[], options?: SubscribeOptions) => {
      const one = { entityCode, release: client.subscribe(entityCode, entityIds, options) };
      held.current.add(one);
      return () => {
        held.current.delete(one);
        one.release();
      };
    },
    [client],
  );
  useEffect(() => () => unsubscribe(), [unsubscribe]);
  return useMemo(() => ({ status, subscribe, unsubscribe, client }), [status, subscribe, unsubscribe, client]);
}
