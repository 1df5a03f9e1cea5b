import { useCallback, useMemo, useSyncExternalStore } from "react";
import type { ConflictChoice } from "../outbox/attention-resolver.ts";
import type { AttentionSnapshot } from "../outbox/outbox-snapshots.ts";
import type { EntityData } from "../store/entity-store.ts";
import { useClient } from "./SyncProvider.tsx";

export type AttentionList = AttentionSnapshot & {
  /** Sends it again, changed if `changes` say so; a row that is gone is created again. */
  readonly retry: (key: string, changes?: EntityData) => Promise<void>;
  /** Gives it up, together with its `dependants`. */
  readonly discard: (key: string) => Promise<void>;
  /** Settles a conflict column by column; without a choice the own value stays. */
  readonly resolve: (key: string, choices: Readonly<Record<string, ConflictChoice>>) => Promise<void>;
};

/** Writes of this device that need a decision: conflicts, refusals, and rows that are gone. */
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
