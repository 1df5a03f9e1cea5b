import { useCallback, useEffect, useMemo, useRef } from "react";
import type { EntityCode } from "../api/register.ts";
import type { Heliograph } from "../core/client.ts";
import type { SubscribeOptions } from "../core/client-options.ts";
import type { SyncStatus } from "../status/sync-status.ts";
import { useClient } from "./SyncProvider.tsx";
import { useSyncStatus } from "./use-sync-status.ts";

export type Sync = {
  readonly status: SyncStatus;
  /** Keeps rows live until the returned function is called, or the component unmounts. */
  readonly subscribe: (code: EntityCode, ids: readonly string[], options?: SubscribeOptions) => () => void;
  /** Lets go of what this component subscribed to: the named type, or everything. */
  readonly unsubscribe: (code?: EntityCode) => void;
  readonly client: Heliograph;
};

type Held = { readonly code: string; readonly release: () => void };

/** Status and hand-made subscriptions; `useEntity` and `useEntityList` subscribe by themselves. */
export function useSync(): Sync {
  const client = useClient();
  const status = useSyncStatus();
  const held = useRef(new Set<Held>());
  const unsubscribe = useCallback((code?: EntityCode) => {
    for (const one of held.current) {
      if (code !== undefined && one.code !== code) continue;
      held.current.delete(one);
      one.release();
    }
  }, []);
  const subscribe = useCallback(
    (code: EntityCode, ids: readonly string[], options?: SubscribeOptions) => {
      const one = { code, release: client.subscribe(code, ids, options) };
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
