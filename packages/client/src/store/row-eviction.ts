import type { EntityKey } from "@heliograph/shared/entity-key";
import type { EntityStore } from "./entity-store.ts";
import type { LiveEntities } from "./live-entities.ts";

/** Rows that a device keeps unless an option says otherwise: about 20 MB, which RxDB's storage still handles well. */
const defaultMaxRows = 20_000;
/** Rows written between two evictions. The database may exceed its limit by as many. */
const evictAfterRows = 500;
/** Rows written before the first eviction. A database that grows a little with each visit would otherwise never shrink. */
const firstAfterRows = 50;
/** A row on screen is marked as used once a day: each mark is a write. */
const touchAfterMs = 86_400_000;

export interface RowEvictionPorts {
  readonly store: EntityStore;
  readonly live: LiveEntities;
  /** Whether the device has unsent changes of the row. They are based on it, so it must stay. */
  readonly isUnsent: (key: EntityKey) => boolean;
  readonly maxRows: number | undefined;
}

/** Keeps the local database within its limit by evicting the least recently used rows. */
export class RowEviction {
  readonly #ports: RowEvictionPorts;
  #rowsUntilEviction = firstAfterRows;
  #unsubscribe: (() => void) | undefined;

  constructor(ports: RowEvictionPorts) {
    this.#ports = ports;
  }

  start(): void {
    this.#unsubscribe ??= this.#ports.store.onChange((rows) => {
      this.#rowsUntilEviction -= rows.length;
      if (this.#rowsUntilEviction > 0) return;
      this.#rowsUntilEviction = evictAfterRows;
      // A store that fails here fails at the next write too, and that failure is reported.
      this.evict().catch(() => {});
    });
  }

  stop(): void {
    this.#unsubscribe?.();
    this.#unsubscribe = undefined;
  }

  /** @returns how many rows were evicted */
  async evict(): Promise<number> {
    const { store, live, isUnsent, maxRows = defaultMaxRows } = this.#ports;
    const before = Date.now() - touchAfterMs;
    const used = live.keys().filter((key) => (live.peek(key)?.seenAt ?? before) < before);
    if (used.length > 0) await store.touch(used);
    return store.evict(maxRows, (key) => live.watches(key) || isUnsent(key));
  }
}
