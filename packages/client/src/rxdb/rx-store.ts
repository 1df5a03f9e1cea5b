import type { RxDocument } from "rxdb/plugins/core";
import { Emitter } from "../emitter.ts";
import { type EntityKey, entityKey } from "../entity-key.ts";
import type { EntityStore, GoneMark, ServerRow, StoredEntity, StoredList } from "../store/entity-store.ts";
import { type Merge, mergeGoneMark, mergeServerRow } from "../store/merge.ts";
import type { HeliographDatabase } from "./schema.ts";

/** Rows of one write; larger ones block the page for more than a tenth of a second on a slow machine. */
const rowsPerWrite = 100;
/** The longest key of a stored list; a longer query is simply not kept for the next start. */
const maxListId = 500;

/** Rows in RxDB: kept over reloads and shared by all tabs of the browser. */
export class RxStore implements EntityStore {
  readonly storage: "indexeddb" | "memory";
  readonly #database: HeliographDatabase;
  readonly #changes = new Emitter<readonly StoredEntity[]>();
  readonly #stopListening: () => void;
  /** Writes follow each other: a removal that was ordered after a write also takes place after it. */
  #lastWrite: Promise<unknown> = Promise.resolve();

  constructor(database: HeliographDatabase, storage: "indexeddb" | "memory") {
    this.#database = database;
    this.storage = storage;
    const subscription = database.entities.eventBulks$.subscribe((bulk) => {
      const rows = bulk.events.map((event) => event.documentData as unknown as StoredEntity);
      if (rows.length > 0) this.#changes.emit(rows.map(withoutRxFields));
    });
    this.#stopListening = () => subscription.unsubscribe();
  }

  async read(keys: readonly EntityKey[]): Promise<ReadonlyMap<EntityKey, StoredEntity>> {
    if (keys.length === 0) return new Map();
    // Past the query cache, which would keep an entry for every set of keys that was ever asked for.
    const rows = await this.#database.entities.storageInstance.findDocumentsById([...new Set(keys)], false);
    return new Map(rows.map((row) => [row.id, withoutRxFields(row as unknown as StoredEntity)]));
  }

  putServer(rows: readonly ServerRow[]): Promise<void> {
    return this.#merge(
      rows.map((row) => [entityKey(row.type, row.id), (held, now) => mergeServerRow(held, row, now)] as const),
    );
  }

  putGone(marks: readonly GoneMark[]): Promise<void> {
    return this.#merge(
      marks.map((mark) => [entityKey(mark.type, mark.id), (held, now) => mergeGoneMark(held, mark, now)] as const),
    );
  }

  async readList(id: string): Promise<StoredList | undefined> {
    if (id.length > maxListId) return undefined;
    const [list] = await this.#database.lists.storageInstance.findDocumentsById([id], false);
    if (!list) return undefined;
    const { type, ids, hasMore, fetchedAt } = list;
    return { id, type, ids, hasMore, fetchedAt };
  }

  async putList(list: StoredList): Promise<void> {
    if (list.id.length > maxListId) return;
    await this.#database.lists.incrementalUpsert({ ...list, ids: [...list.ids] });
  }

  async readMeta(id: string): Promise<unknown> {
    const [document] = await this.#database.meta.storageInstance.findDocumentsById([id], false);
    return document?.value;
  }

  async putMeta(id: string, value: unknown): Promise<void> {
    await this.#database.meta.incrementalUpsert({ id, value });
  }

  onChange(listener: (rows: readonly StoredEntity[]) => void): () => void {
    return this.#changes.on(listener);
  }

  async close(): Promise<void> {
    this.#stopListening();
    await this.#lastWrite;
    await this.#database.close();
  }

  #merge(changes: readonly (readonly [EntityKey, Merge])[]): Promise<void> {
    const work = this.#lastWrite.then(async () => {
      for (let at = 0; at < changes.length; at += rowsPerWrite)
        await this.#mergeSome(changes.slice(at, at + rowsPerWrite));
    });
    this.#lastWrite = work.catch(() => {}); // the caller hears of it; those behind still get their turn
    return work;
  }

  async #mergeSome(changes: readonly (readonly [EntityKey, Merge])[]): Promise<void> {
    const now = Date.now();
    const merges = new Map<EntityKey, Merge>();
    for (const [key, merge] of changes) {
      const earlier = merges.get(key);
      merges.set(key, earlier ? (held, at) => merge(earlier(held, at), at) : merge);
    }
    const held = await this.read([...merges.keys()]);
    const fresh: StoredEntity[] = [];
    const existing: [EntityKey, Merge][] = [];
    for (const [key, merge] of merges) {
      const before = held.get(key);
      const after = merge(before, now);
      if (!after || after === before) continue;
      if (before) existing.push([key, merge]);
      else fresh.push(after);
    }
    if (fresh.length > 0) {
      const result = await this.#database.entities.bulkInsert(fresh.map(mutable));
      // Another tab was first with these; its row may be newer, so they are merged like all others.
      for (const error of result.error) {
        const merge = merges.get(error.documentId);
        if (error.status === 409 && merge) existing.push([error.documentId, merge]);
        else throw new Error(`The local store refused ${error.documentId} (${error.status}).`);
      }
    }
    if (existing.length > 0) await this.#modify(existing, now);
  }

  /** Merges inside RxDB's own write, which runs again when another tab wrote in between: an older row never wins. */
  async #modify(merges: readonly (readonly [EntityKey, Merge])[], now: number): Promise<void> {
    const documents = await this.#database.entities.findByIds(merges.map(([key]) => key)).exec();
    await Promise.all(
      merges.map(([key, merge]) => {
        const document = documents.get(key) as RxDocument<StoredEntity> | undefined;
        return document?.incrementalModify((row) => mutable(merge(row, now) ?? row));
      }),
    );
  }
}

/** What views see must not carry RxDB's bookkeeping, which would show as columns in generic tools. */
function withoutRxFields(row: StoredEntity): StoredEntity {
  const { id, type, scope, sort, ver, base, data, pending, gone, seenAt } = row;
  return { id, type, scope, sort, ver, base, data, pending, gone, seenAt };
}

/** RxDB's types want mutable documents. */
function mutable(row: StoredEntity): StoredEntity {
  return { ...row };
}
