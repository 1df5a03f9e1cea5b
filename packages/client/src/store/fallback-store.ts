import { Emitter } from "../emitter.ts";
import type { EntityKey } from "../entity-key.ts";
import type { EntityStore, GoneMark, ServerRow, StoredEntity } from "./entity-store.ts";
import { createMemoryStore } from "./memory-store.ts";

/**
 * A store that goes on in memory when its database fails: a full disk, a quota, "clear site data" in another tab. An
 * application that is online must not stop showing rows because it cannot keep them.
 *
 * After the first failed write nothing is written to the database any more: half of the later writes would make it a
 * mixture of times. What it holds stays readable, below what memory holds.
 */
export class FallbackStore implements EntityStore {
  readonly #database: EntityStore;
  readonly #memory = createMemoryStore();
  readonly #changes = new Emitter<readonly StoredEntity[]>();
  readonly #leave: readonly (() => void)[];
  #reason: string | undefined;
  #closed = false;

  constructor(database: EntityStore) {
    this.#database = database;
    this.#leave = [
      // Once in memory, other tabs are not listened to: their rows would have to be merged, and the server tells the same.
      database.onChange((rows) => void (this.#reason === undefined && this.#changes.emit(rows))),
      this.#memory.onChange((rows) => this.#changes.emit(rows)),
    ];
  }

  get storage(): "indexeddb" | "memory" {
    return this.#reason === undefined ? this.#database.storage : "memory";
  }

  get storageReason(): string | undefined {
    return this.#reason ?? this.#database.storageReason;
  }

  async read(keys: readonly EntityKey[]): Promise<ReadonlyMap<EntityKey, StoredEntity>> {
    if (this.#reason === undefined) {
      const rows = await this.#tryDatabase(() => this.#database.read(keys));
      if (rows) return rows;
    }
    const rows = await this.#memory.read(keys);
    const missing = keys.filter((key) => !rows.has(key));
    if (missing.length === 0) return rows;
    const older = await this.#database.read(missing).catch(() => undefined);
    return new Map([...(older ?? []), ...rows]);
  }

  putServer(rows: readonly ServerRow[]): Promise<void> {
    return this.#write(
      rows.map(({ type, id }) => `${type}:${id}`),
      (store) => store.putServer(rows),
    );
  }

  putGone(marks: readonly GoneMark[]): Promise<void> {
    return this.#write(
      marks.map(({ type, id }) => `${type}:${id}`),
      (store) => store.putGone(marks),
    );
  }

  readList: EntityStore["readList"] = (id) => (this.#reason === undefined ? this.#database : this.#memory).readList(id);
  putList: EntityStore["putList"] = (list) =>
    (this.#reason === undefined ? this.#database : this.#memory).putList(list);
  readMeta: EntityStore["readMeta"] = (id) => this.#database.readMeta(id);
  putMeta: EntityStore["putMeta"] = (id, value) => this.#database.putMeta(id, value);

  onChange(listener: (rows: readonly StoredEntity[]) => void): () => void {
    return this.#changes.on(listener);
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const leave of this.#leave) leave();
    await Promise.all([this.#database.close(), this.#memory.close()]);
  }

  async #write(keys: readonly EntityKey[], write: (store: EntityStore) => Promise<void>): Promise<void> {
    if (this.#reason === undefined && (await this.#tryDatabase(() => write(this.#database).then(() => true)))) return;
    await this.#bringOver(keys);
    await write(this.#memory);
  }

  /** Versions must not go back: what the database holds of a row is the ground on which memory goes on. */
  async #bringOver(keys: readonly EntityKey[]): Promise<void> {
    const known = await this.#memory.read(keys);
    const held = await this.#database.read(keys.filter((key) => !known.has(key))).catch(() => undefined);
    for (const row of held?.values() ?? []) {
      const mark = { type: row.type, id: row.id.slice(row.type.length + 1), ver: row.ver };
      if (row.gone) await this.#memory.putGone([mark]);
      else if (row.base) await this.#memory.putServer([{ ...mark, data: row.base }]);
    }
  }

  /** undefined when the database failed; from then on it is not asked first any more. */
  async #tryDatabase<Answer>(work: () => Promise<Answer>): Promise<Answer | undefined> {
    try {
      return await work();
    } catch (error) {
      // Closed on purpose, after a change of user: nothing may be kept for the one before.
      if (this.#closed) throw error;
      this.#reason ??= `The local database failed: ${error instanceof Error ? error.message : String(error)}`;
      return undefined;
    }
  }
}
