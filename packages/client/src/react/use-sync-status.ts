import { useCallback, useSyncExternalStore } from "react";
import type { SyncStatus } from "../status/sync-status.ts";
import { useClient } from "./SyncProvider.tsx";

/** The sync status; renders again when it changes. */
export function useSyncStatus(): SyncStatus {
  const client = useClient();
  const subscribe = useCallback((listener: () => void) => client.onStatus(listener), [client]);
  const read = useCallback(() => client.status(), [client]);
  return useSyncExternalStore(subscribe, read, read);
}
