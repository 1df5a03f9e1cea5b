import { Emitter } from "@heliograph/shared/emitter";
import { type EntityKey, entityKey, splitEntityKey } from "@heliograph/shared/entity-key";
import type {
  EntityStore,
  GoneMark,
  HeldVersion,
  OperationChange,
  OperationStep,
  ServerRow,
  StoredEntity,
  StoredList,
  UseMark,
} from "./entity-store.ts";
import { createMemoryStore } from "./memory-store.ts";
import type { Operation } from "./operation.ts";

/** What a store in memory means to users, and what they can do. The end of each `storageReason`. */
export const lostOnClose = "Unsent changes are lost when you close this page, so keep it open until they are sent.";

/**
 * A store that continues in memory when its database fails: the disk is full, the quota is used up, or another tab clears
 * the site's data. An application that is online must not stop showing rows because it cannot store them.
 *
 * After the first failed write nothing is written to the database any more: if only some of the later writes succeeded, its
 * rows would be of different times. They stay readable; rows in memory take precedence. The exception are acknowledged
 * operations, which are removed from the database too, if it still works.
 */
export class FallbackStore implements EntityStore {
  readonly #database: EntityStore;
  readonly #memory = createMemoryStore();
  readonly #changes = new Emitter<readonly StoredEntity[]>();
  readonly #operationChanges = new Emitter<readonly OperationChange[]>();
  readonly #fallbacks = new Emitter<void>();
  readonly #unsubscribers: readonly (() => void)[];
  /** The operations in the database, which are moved to memory when it fails. */
  readonly #operations = new Map<string, Operation>();
  #reason: string | undefined;
  /** Settles when the known operations are in memory. */
  #operationsMoved: Promise<unknown> | undefined;
  #closed = false;

  constructor(database: EntityStore) {
    this.#database = database;
    this.#unsubscribers = [
      // In memory, changes by other tabs are ignored: they would have to be merged, and the server sends the same rows.
      database.onChange((rows) => void (this.#reason === undefined && this.#changes.emit(rows))),
      this.#memory.onChange((rows) => this.#changes.emit(rows)),
      database.onOperations((changes) => {
        if (this.#reason !== undefined) return;
        for (const { key, operation } of changes) this.#track(key, operation);
        this.#operationChanges.emit(changes);
      }),
      this.#memory.onOperations((changes) => this.#operationChanges.emit(changes)),
    ];
  }

  get storage(): "indexeddb" | "memory" {
    return this.#reason === undefined ? this.#database.storage : "memory";
  }

  get storageReason(): string | undefined {
    return this.#reason ?? this.#database.storageReason;
  }

  get sharedName(): string | undefined {
    return this.#reason === undefined ? this.#database.sharedName : undefined;
  }

  onFallback(listener: () => void): () => void {
    return this.#fallbacks.on(listener);
  }

  /** Continues in memory from now on. `reason` is shown to users. */
  fallBack(reason: string): void {
    if (this.#reason !== undefined || this.#closed) return;
    this.#reason = reason;
    const known = [...this.#operations.values()];
    this.#operationsMoved = Promise.all(known.map((one) => this.#memory.changeOperation(one.key, () => one)));
    this.#fallbacks.emit();
  }

  async read(keys: readonly EntityKey[]): Promise<ReadonlyMap<EntityKey, StoredEntity>> {
    const rows = await this.#try(() => this.#database.read(keys));
    if (rows) return rows;
    const known = await this.#memory.read(keys);
    const missing = keys.filter((key) => !known.has(key));
    if (missing.length === 0) return known;
    const older = await this.#database.read(missing).catch(() => undefined);
    return new Map([...(older ?? []), ...known]);
  }

  /** Includes rows of the failed database; rows in memory take precedence. */
  async readInside(entityCode: string, containerIds: readonly string[]): Promise<ReadonlyMap<string, HeldVersion>> {
    const older = await this.#database.readInside?.(entityCode, containerIds).catch(() => undefined);
    return new Map([...(older ?? []), ...((await this.#memory.readInside?.(entityCode, containerIds)) ?? [])]);
  }

  /** After the database failed only rows in memory are read: nothing can be removed from the database any more. */
  async readByUse(after: UseMark | undefined, limit: number): Promise<readonly StoredEntity[]> {
    const rows = await this.#try(async () => (await this.#database.readByUse?.(after, limit)) ?? []);
    return rows ?? (await this.#memory.readByUse?.(after, limit)) ?? [];
  }

  putServer(rows: readonly ServerRow[]): Promise<void> {
    return this.#write(
      rows.map(({ entityCode, entityId }) => entityKey(entityCode, entityId)),
      (store) => store.putServer(rows),
    );
  }

  putGone(marks: readonly GoneMark[]): Promise<void> {
    return this.#write(
      marks.map(({ entityCode, entityId }) => entityKey(entityCode, entityId)),
      (store) => store.putGone(marks),
    );
  }

  async readList(id: string): Promise<StoredList | undefined> {
    const list = this.#reason === undefined ? undefined : await this.#memory.readList(id);
    return list ?? this.#database.readList(id).catch(() => undefined);
  }

  async putList(list: StoredList): Promise<void> {
    await this.#runInActive((store) => store.putList(list));
  }

  async readMeta(id: string): Promise<unknown> {
    const value = this.#reason === undefined ? undefined : await this.#memory.readMeta(id);
    return value ?? this.#database.readMeta(id).catch(() => undefined);
  }

  async putMeta(id: string, value: unknown): Promise<void> {
    await this.#runInActive((store) => store.putMeta(id, value));
  }

  async readOperations(): Promise<readonly Operation[]> {
    const held = await this.#try(() => this.#database.readOperations());
    if (!held) {
      await this.#operationsMoved;
      return this.#memory.readOperations();
    }
    for (const operation of held) this.#operations.set(operation.key, operation);
    return held;
  }

  async changeOperation(key: string, step: OperationStep): Promise<Operation | undefined> {
    const done = await this.#try(async () => ({ operation: await this.#database.changeOperation(key, step) }));
    if (done) {
      this.#track(key, done.operation);
      return done.operation;
    }
    await this.#operationsMoved;
    const operation = await this.#memory.changeOperation(key, step);
    if (!operation) await this.#database.changeOperation(key, () => undefined).catch(() => {});
    return operation;
  }

  async touch(keys: readonly EntityKey[]): Promise<void> {
    await (this.#reason === undefined ? this.#database.touch(keys).catch(() => {}) : this.#memory.touch(keys));
  }

  async evict(rows: number, keeps: (key: EntityKey) => boolean): Promise<number> {
    // A failed eviction, for example on a full disk, does not switch the store to memory.
    return this.#reason === undefined
      ? this.#database.evict(rows, keeps).catch(() => 0)
      : this.#memory.evict(rows, keeps);
  }

  onChange(listener: (rows: readonly StoredEntity[]) => void): () => void {
    return this.#changes.on(listener);
  }

  onOperations(listener: (changes: readonly OperationChange[]) => void): () => void {
    return this.#operationChanges.on(listener);
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const unsubscribe of this.#unsubscribers) unsubscribe();
    await Promise.all([this.#database.close(), this.#memory.close()]);
  }

  #track(key: string, operation: Operation | undefined): void {
    if (operation) this.#operations.set(key, operation);
    else this.#operations.delete(key);
  }

  async #runInActive(work: (store: EntityStore) => Promise<void>): Promise<void> {
    if (!(await this.#try(() => work(this.#database).then(() => true)))) await work(this.#memory);
  }

  async #write(keys: readonly EntityKey[], write: (store: EntityStore) => Promise<void>): Promise<void> {
    if (await this.#try(() => write(this.#database).then(() => true))) return;
    await this.#copyToMemory(keys);
    await write(this.#memory);
  }

  /** Copies rows from the database to memory before they are written there, so that an older version cannot replace them. */
  async #copyToMemory(keys: readonly EntityKey[]): Promise<void> {
    const known = await this.#memory.read(keys);
    const held = await this.#database.read(keys.filter((key) => !known.has(key))).catch(() => undefined);
    for (const row of held?.values() ?? []) {
      const mark = { ...splitEntityKey(row.id), ver: row.ver };
      if (row.gone) await this.#memory.putGone([mark]);
      else if (row.base) await this.#memory.putServer([{ ...mark, data: row.base }]);
    }
  }

  /** @returns undefined when the database failed, now or before */
  async #try<Answer>(work: () => Promise<Answer>): Promise<Answer | undefined> {
    if (this.#reason !== undefined) return undefined;
    try {
      return await work();
    } catch (error) {
      // The application closed the store, for example after a change of user. The previous user's rows must not be kept.
      if (this.#closed) throw error;
      const cause = error instanceof Error ? error.message : String(error);
      this.fallBack(`This browser failed to store data on this device (${cause}). ${lostOnClose} Then reload it.`);
      return undefined;
    }
  }
}
