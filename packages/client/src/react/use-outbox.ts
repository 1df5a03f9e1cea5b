import { useCallback, useSyncExternalStore } from "react";
import type { OutboxSnapshot } from "../outbox/outbox-snapshots.ts";
import { useClient } from "./SyncProvider.tsx";

/** The writes of all tabs of this device that wait to be sent, oldest first. */
export function useOutbox(): OutboxSnapshot {
  const { outbox } = useClient();
  const subscribe = useCallback((listener: () => void) => outbox.onChange(listener), [outbox]);
  const read = useCallback(() => outbox.snapshot(), [outbox]);
  return useSyncExternalStore(subscribe, read, read);
}
