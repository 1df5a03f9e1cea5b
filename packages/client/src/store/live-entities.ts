import type { EntityKey } from "@heliograph/shared/entity-key";
import type { EntityStore, StoredEntity } from "./entity-store.ts";

/** undefined: not read yet. null: read, and the store holds nothing. */
export type Glimpse = StoredEntity | null | undefined;

/** What lies on top of the stored rows: this device's own unsent changes. */
export type Overlay = {
  /** Resolves when it is known; before, no row can be shown. */
  open(): Promise<void>;
  /** The very row given when nothing lies on top of it. */
  view(key: EntityKey, held: Glimpse): Glimpse;
  /** Tells the rows on top of which something changed. */
  onChange(listener: (keys: readonly EntityKey[]) => void): () => void;
};

type Watched = {
  /** As the store has it. */
  held: Glimpse;
  /** As views see it. */
  glimpse: Glimpse;
  readonly listeners: Set<() => void>;
};

const noOverlay: Overlay = { open: async () => {}, view: (_key, held) => held, onChange: () => () => {} };

/**
 * The rows that somebody looks at, readable at once and always as the same object until they change: what React's
 * useSyncExternalStore asks for. One subscription to the store serves all views.
 */
export class LiveEntities {
  readonly #store: EntityStore;
  readonly #overlay: Overlay;
  readonly #watched = new Map<EntityKey, Watched>();
  readonly #unread = new Set<EntityKey>();
  /** Listening to the store only while somebody looks: a client that is made and never used leaves no trace. */
  #leaveStore: (() => void) | undefined;
  #readScheduled = false;

  constructor(store: EntityStore, overlay: Overlay = noOverlay) {
    this.#store = store;
    this.#overlay = overlay;
  }

  peek(key: EntityKey): Glimpse {
    return this.#watched.get(key)?.glimpse;
  }

  watches(key: EntityKey): boolean {
    return this.#watched.has(key);
  }

  /** Keys of all rows that somebody looks at. */
  keys(): EntityKey[] {
    return [...this.#watched.keys()];
  }

  /** Keeps the rows at hand and calls back after any of them changed, once for several at a time. */
  observe(keys: readonly EntityKey[], listener: () => void): () => void {
    const own = () => listener();
    if (keys.length > 0) this.#leaveStore ??= this.#listen();
    for (const key of keys) {
      let watched = this.#watched.get(key);
      if (!watched) {
        watched = { held: undefined, glimpse: this.#overlay.view(key, undefined), listeners: new Set() };
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

  /** Has rows at hand that are observed already, before a view is told of them: it never shows a half filled list. */
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
    // One read for everything that is asked for in this turn of the event loop.
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
      if (!watched || !brings(watched.held, row, source)) continue;
      watched.held = row;
      this.#show(key, watched, toCall);
    }
    for (const listener of toCall) listener();
  }

  #show(key: EntityKey, watched: Watched, toCall: Set<() => void>): void {
    const glimpse = this.#overlay.view(key, watched.held);
    if (glimpse === watched.glimpse) return;
    watched.glimpse = glimpse;
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

/** Where a row comes from: read from the store some time ago, or told by it just now. */
type Source = "read" | "change";

/** Reads and change notes cross each other; a view must not step back because an older one arrived last. */
function brings(held: Glimpse, row: StoredEntity | null, source: Source): boolean {
  if (held === undefined) return true;
  if (row === null || held === row) return false;
  if (held === null) return true;
  if (row.ver > held.ver) return true;
  // Only where the database has lost the newer version does the store go back, and it says so.
  if (row.ver < held.ver) return source === "change" && row.seenAt > held.seenAt;
  // Taken away and given back within one millisecond, a row looks the same age both times; notes come in order.
  return source === "change" ? row.seenAt >= held.seenAt : row.seenAt > held.seenAt;
}
