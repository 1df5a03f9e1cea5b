import { useCallback, useMemo, useSyncExternalStore } from "react";
import type { ConflictChoice } from "../outbox/attention-resolver.ts";
import type { AttentionSnapshot } from "../outbox/outbox-snapshots.ts";
import type { EntityData } from "../store/entity-data.ts";
import { useClient } from "./SyncProvider.tsx";

export type AttentionList = AttentionSnapshot & {
  /** Sends a write again, with `changes` applied. A row that is gone is created again. */
  readonly retry: (key: string, changes?: EntityData) => Promise<void>;
  /** Discards a write and its `dependants`. */
  readonly discard: (key: string) => Promise<void>;
  /** Resolves a conflict column by column. Columns without a choice keep the user's value. */
  readonly resolve: (key: string, choices: Readonly<Record<string, ConflictChoice>>) => Promise<void>;
};

/** Writes of this device that need a decision of the user: conflicts, rejected writes, and rows that are gone. */
export function useAttention(): AttentionList {
  const { outbox } = useClient();
  const subscribe = useCallback((listener: () => void) => outbox.onChange(listener), [outbox]);
  const read = useCallback(() => outbox.attention(), [outbox]);
  const { items } = useSyncExternalStore(subscribe, read, read);
  return useMemo(() => {
    const { retry, discard, resolve } = outbox;
    return { items, retry, discard, resolve };
  }, [outbox, items]);
}
