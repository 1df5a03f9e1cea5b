import { useCallback, useSyncExternalStore } from "react";
import type { OutboxSnapshot } from "../outbox/outbox-snapshots.ts";
import { useClient } from "./SyncProvider.tsx";

/** What this device has not sent yet, oldest first; from all tabs. */
export function useOutbox(): OutboxSnapshot {
  const { outbox } = useClient();
  const subscribe = useCallback((listener: () => void) => outbox.onChange(listener), [outbox]);
  const read = useCallback(() => outbox.snapshot(), [outbox]);
  return useSyncExternalStore(subscribe, read, read);
}
