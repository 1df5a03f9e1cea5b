import type { Outbox } from "../outbox/operation-queue.ts";
import type { EntityStore } from "./entity-store.ts";
import type { LiveEntities } from "./live-entities.ts";

/** Rows that a device keeps, unless told otherwise: about 20 MB, and what RxDB's storage still handles well. */
export const defaultMaxRows = 20_000;
/** Rows written between two times of tidying up: the database may be larger by as many. */
const tidyAfterRows = 500;
/** The first time comes sooner, or a database that grows a little with each visit would never be looked at. */
const firstAfterRows = 50;
/** A row that is looked at is marked as used once a day: each mark is a write. */
const touchAfterMs = 86_400_000;

/** Keeps the local database from growing for ever: the rows used longest ago are forgotten. */
export class StoreKeeper {
  readonly #store: EntityStore;
  readonly #live: LiveEntities;
  readonly #outbox: Pick<Outbox, "of">;
  readonly #maxRows: number;
  #left = firstAfterRows;
  #leave: (() => void) | undefined;

  constructor(store: EntityStore, live: LiveEntities, outbox: Pick<Outbox, "of">, maxRows = defaultMaxRows) {
    this.#store = store;
    this.#live = live;
    this.#outbox = outbox;
    this.#maxRows = maxRows;
  }

  start(): void {
    this.#leave ??= this.#store.onChange((rows) => {
      this.#left -= rows.length;
      if (this.#left > 0) return;
      this.#left = tidyAfterRows;
      // What fails here fails again at the next write, which says so.
      this.tidy().catch(() => {});
    });
  }

  stop(): void {
    this.#leave?.();
    this.#leave = undefined;
  }

  /** @returns how many rows were forgotten */
  async tidy(): Promise<number> {
    const before = Date.now() - touchAfterMs;
    const used = this.#live.keys().filter((key) => (this.#live.peek(key)?.seenAt ?? before) < before);
    if (used.length > 0) await this.#store.touch(used);
    return this.#store.evict(
      this.#maxRows,
      (key) => this.#live.watches(key) || this.#outbox.of(key).length > 0, // an unsent change is based on its row
    );
  }
}
