import { Emitter } from "@heliograph/shared/emitter";
import type { EntityKey } from "@heliograph/shared/entity-key";
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

/**
 * A store that goes on in memory when its database fails: a full disk, a quota, "clear site data" in another tab. An
 * application that is online must not stop showing rows because it cannot keep them.
 *
 * After the first failed write nothing is written to the database any more: half of the later writes would make it a
 * mixture of times. What it holds stays readable, below what memory holds. Operations are the exception: one that was
 * sent is removed from the database too, as far as that still works.
 */
export class FallbackStore implements EntityStore {
  readonly #database: EntityStore;
  readonly #memory = createMemoryStore();
  readonly #changes = new Emitter<readonly StoredEntity[]>();
  readonly #operationChanges = new Emitter<readonly OperationChange[]>();
  readonly #trouble = new Emitter<void>();
  readonly #leave: readonly (() => void)[];
  /** What the database holds of the outbox, to go on with when it fails. */
  readonly #operations = new Map<string, Operation>();
  #reason: string | undefined;
  /** Memory has taken over what is known of the outbox. */
  #movedOver: Promise<unknown> | undefined;
  #closed = false;

  constructor(database: EntityStore) {
    this.#database = database;
    this.#leave = [
      // Once in memory, other tabs are not listened to: their rows would have to be merged, and the server tells the same.
      database.onChange((rows) => void (this.#reason === undefined && this.#changes.emit(rows))),
      this.#memory.onChange((rows) => this.#changes.emit(rows)),
      database.onOperations((changes) => {
        if (this.#reason !== undefined) return;
        for (const { key, operation } of changes) this.#note(key, operation);
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

  onTrouble(listener: () => void): () => void {
    return this.#trouble.on(listener);
  }

  /** Goes on in memory from now on, for this reason. */
  leave(reason: string): void {
    if (this.#reason !== undefined || this.#closed) return;
    this.#reason = reason;
    const known = [...this.#operations.values()];
    this.#movedOver = Promise.all(known.map((one) => this.#memory.changeOperation(one.key, () => one)));
    this.#trouble.emit();
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

  /** What the database holds counts even after it failed; memory knows better where it knows. */
  async readInside(entityCode: string, containerIds: readonly string[]): Promise<ReadonlyMap<string, HeldVersion>> {
    const older = await this.#database.readInside?.(entityCode, containerIds).catch(() => undefined);
    return new Map([...(older ?? []), ...((await this.#memory.readInside?.(entityCode, containerIds)) ?? [])]);
  }

  /** After the database failed nothing can be removed from it any more. */
  async readByUse(after: UseMark | undefined, limit: number): Promise<readonly StoredEntity[]> {
    const rows = await this.#try(async () => (await this.#database.readByUse?.(after, limit)) ?? []);
    return rows ?? (await this.#memory.readByUse?.(after, limit)) ?? [];
  }

  putServer(rows: readonly ServerRow[]): Promise<void> {
    return this.#write(
      rows.map(({ entityCode, id }) => `${entityCode}:${id}`),
      (store) => store.putServer(rows),
    );
  }

  putGone(marks: readonly GoneMark[]): Promise<void> {
    return this.#write(
      marks.map(({ entityCode, id }) => `${entityCode}:${id}`),
      (store) => store.putGone(marks),
    );
  }

  async readList(id: string): Promise<StoredList | undefined> {
    const list = this.#reason === undefined ? undefined : await this.#memory.readList(id);
    return list ?? this.#database.readList(id).catch(() => undefined);
  }

  async putList(list: StoredList): Promise<void> {
    await this.#either((store) => store.putList(list));
  }

  async readMeta(id: string): Promise<unknown> {
    const value = this.#reason === undefined ? undefined : await this.#memory.readMeta(id);
    return value ?? this.#database.readMeta(id).catch(() => undefined);
  }

  async putMeta(id: string, value: unknown): Promise<void> {
    await this.#either((store) => store.putMeta(id, value));
  }

  async readOperations(): Promise<readonly Operation[]> {
    const held = await this.#try(() => this.#database.readOperations());
    if (!held) {
      await this.#movedOver;
      return this.#memory.readOperations();
    }
    for (const operation of held) this.#operations.set(operation.key, operation);
    return held;
  }

  async changeOperation(key: string, step: OperationStep): Promise<Operation | undefined> {
    const done = await this.#try(async () => ({ operation: await this.#database.changeOperation(key, step) }));
    if (done) {
      this.#note(key, done.operation);
      return done.operation;
    }
    await this.#movedOver;
    const operation = await this.#memory.changeOperation(key, step);
    if (!operation) await this.#database.changeOperation(key, () => undefined).catch(() => {});
    return operation;
  }

  async touch(keys: readonly EntityKey[]): Promise<void> {
    await (this.#reason === undefined ? this.#database.touch(keys).catch(() => {}) : this.#memory.touch(keys));
  }

  async evict(rows: number, keeps: (key: EntityKey) => boolean): Promise<number> {
    // Deleting may fail on a full disk too; that it failed is no reason to stop keeping rows.
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
    for (const leave of this.#leave) leave();
    await Promise.all([this.#database.close(), this.#memory.close()]);
  }

  #note(key: string, operation: Operation | undefined): void {
    if (operation) this.#operations.set(key, operation);
    else this.#operations.delete(key);
  }

  async #either(work: (store: EntityStore) => Promise<void>): Promise<void> {
    if (!(await this.#try(() => work(this.#database).then(() => true)))) await work(this.#memory);
  }

  async #write(keys: readonly EntityKey[], write: (store: EntityStore) => Promise<void>): Promise<void> {
    if (await this.#try(() => write(this.#database).then(() => true))) return;
    await this.#bringOver(keys);
    await write(this.#memory);
  }

  /** Versions must not go back: what the database holds of a row is the ground on which memory goes on. */
  async #bringOver(keys: readonly EntityKey[]): Promise<void> {
    const known = await this.#memory.read(keys);
    const held = await this.#database.read(keys.filter((key) => !known.has(key))).catch(() => undefined);
    for (const row of held?.values() ?? []) {
      const mark = { entityCode: row.entityCode, id: row.id.slice(row.entityCode.length + 1), ver: row.ver };
      if (row.gone) await this.#memory.putGone([mark]);
      else if (row.base) await this.#memory.putServer([{ ...mark, data: row.base }]);
    }
  }

  /** undefined when the database failed, now or before. */
  async #try<Answer>(work: () => Promise<Answer>): Promise<Answer | undefined> {
    if (this.#reason !== undefined) return undefined;
    try {
      return await work();
    } catch (error) {
      // Closed on purpose, after a change of user: nothing may be kept for the one before.
      if (this.#closed) throw error;
      this.leave(`The local database failed: ${error instanceof Error ? error.message : String(error)}`);
      return undefined;
    }
  }
}
