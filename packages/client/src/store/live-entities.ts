import type { EntityKey } from "@heliograph/shared/entity-key";
import type { EntityStore, StoredEntity } from "./entity-store.ts";

/** undefined: not read yet. null: the store does not hold the row. */
export type CachedRow = StoredEntity | null | undefined;

/** Unsent changes of this device, shown on top of the stored rows. */
export interface Overlay {
  /** Resolves when the unsent changes are known; no row can be shown before. */
  open(): Promise<void>;
  /** The row with its unsent changes; the same object when there are none. */
  view(key: EntityKey, held: CachedRow): CachedRow;
  /** Reports rows whose unsent changes changed. */
  onChange(listener: (keys: readonly EntityKey[]) => void): () => void;
}

interface Watched {
  /** The row in the store. */
  held: CachedRow;
  /** The row that views show. */
  shown: CachedRow;
  readonly listeners: Set<() => void>;
}

const noOverlay: Overlay = { open: async () => {}, view: (_key, held) => held, onChange: () => () => {} };

/**
 * The rows that views show, readable synchronously and as the same object until they change, as React's
 * useSyncExternalStore requires. One subscription to the store serves all views.
 */
export class LiveEntities {
  readonly #store: EntityStore;
  readonly #overlay: Overlay;
  readonly #watched = new Map<EntityKey, Watched>();
  readonly #unread = new Set<EntityKey>();
  /** Set while there are views: a client that is created and never used does not listen to the store. */
  #leaveStore: (() => void) | undefined;
  #readScheduled = false;

  constructor(store: EntityStore, overlay: Overlay = noOverlay) {
    this.#store = store;
    this.#overlay = overlay;
  }

  peek(key: EntityKey): CachedRow {
    return this.#watched.get(key)?.shown;
  }

  watches(key: EntityKey): boolean {
    return this.#watched.has(key);
  }

  /** Keys of all rows that views show. */
  keys(): EntityKey[] {
    return [...this.#watched.keys()];
  }

  /** Keeps the rows readable and calls back after a change, once for several rows that change together. */
  observe(keys: readonly EntityKey[], listener: () => void): () => void {
    const own = () => listener();
    if (keys.length > 0) this.#leaveStore ??= this.#listen();
    for (const key of keys) {
      let watched = this.#watched.get(key);
      if (!watched) {
        watched = { held: undefined, shown: this.#overlay.view(key, undefined), listeners: new Set() };
        this.#watched.set(key, watched);
        this.#unread.add(key);
      }
      watched.listeners.add(own);
    }
    this.#scheduleRead();
    return () => {
      for (const key of keys) {
        const watched = this.#watched.get(key);
        if (!watched?.listeners.delete(own) || watched.listeners.size > 0) continue;
        this.#watched.delete(key);
        this.#unread.delete(key);
      }
      if (this.#watched.size > 0) return;
      this.#leaveStore?.();
      this.#leaveStore = undefined;
    };
  }

  /** Reads observed rows before a view is notified of them, so that it never shows a half-filled list. */
  async load(keys: readonly EntityKey[]): Promise<void> {
    const [rows] = await Promise.all([this.#store.read(keys), this.#overlay.open()]);
    this.#apply(
      keys.map((key) => [key, rows.get(key) ?? null]),
      "read",
    );
    for (const key of keys) this.#unread.delete(key);
  }

  #scheduleRead(): void {
    if (this.#readScheduled || this.#unread.size === 0) return;
    this.#readScheduled = true;
    // One read for everything that is observed in this turn of the event loop.
    queueMicrotask(() => void this.#readAll());
  }

  async #readAll(): Promise<void> {
    this.#readScheduled = false;
    const keys = [...this.#unread];
    this.#unread.clear();
    const [rows] = await Promise.all([
      this.#store.read(keys).catch(() => new Map<EntityKey, StoredEntity>()),
      this.#overlay.open(),
    ]);
    this.#apply(
      keys.map((key) => [key, rows.get(key) ?? null]),
      "read",
    );
  }

  #take(rows: readonly StoredEntity[]): void {
    this.#apply(
      rows.map((row) => [row.id, row]),
      "change",
    );
  }

  #apply(rows: Iterable<readonly [EntityKey, StoredEntity | null]>, source: Source): void {
    const toCall = new Set<() => void>();
    for (const [key, row] of rows) {
      const watched = this.#watched.get(key);
      if (!watched || !supersedes(watched.held, row, source)) continue;
      watched.held = row;
      this.#show(key, watched, toCall);
    }
    for (const listener of toCall) listener();
  }

  #show(key: EntityKey, watched: Watched, toCall: Set<() => void>): void {
    const shown = this.#overlay.view(key, watched.held);
    if (shown === watched.shown) return;
    watched.shown = shown;
    for (const listener of watched.listeners) toCall.add(listener);
  }

  #listen(): () => void {
    const leaveStore = this.#store.onChange((rows) => this.#take(rows));
    const leaveOverlay = this.#overlay.onChange((keys) => {
      const toCall = new Set<() => void>();
      for (const key of keys) {
        const watched = this.#watched.get(key);
        if (watched) this.#show(key, watched, toCall);
      }
      for (const listener of toCall) listener();
    });
    return () => {
      leaveStore();
      leaveOverlay();
    };
  }
}

/** Where a row comes from: a read that started some time ago, or a change that the store reports now. */
type Source = "read" | "change";

/**
 * Whether a view shows `row` instead of the held one. Reads and change reports may overtake each other, and a view must not go
 * back to an older version because it arrives last.
 */
function supersedes(held: CachedRow, row: StoredEntity | null, source: Source): boolean {
  if (held === undefined) return true;
  if (row === null || held === row) return false;
  if (held === null) return true;
  if (row.ver > held.ver) return true;
  // The store goes back to an older version only if the database lost the newer one, and reports that as a change.
  if (row.ver < held.ver) return source === "change" && row.seenAt > held.seenAt;
  // A row removed and restored within one millisecond has the same age both times; change reports arrive in order.
  return source === "change" ? row.seenAt >= held.seenAt : row.seenAt > held.seenAt;
}
