import { Emitter } from "@heliograph/shared/emitter";
import { type EntityKey, entityKey } from "@heliograph/shared/entity-key";
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
} from "../store/entity-store.ts";
import { type Merge, mergeGoneMark, mergeServerRow } from "../store/merge.ts";
import type { Operation } from "../store/operation.ts";
import { rowsInside } from "../store/rows-inside.ts";
import { fromStoredColumns, fromStoredOperation, toStoredColumns, toStoredOperation } from "./proto-column.ts";
import type { RxTable, Step } from "./rx-table.ts";
import { type EntityDocument, type ListDocument, type MetaDocument, maxListId, type OutboxDocument } from "./schema.ts";

/** Rows per write. Larger writes block the page for more than 0.1 s on a slow machine. */
const rowsPerWrite = 100;
/** Rows that are evicted per write. */
const evictionChunk = 200;

/** Number of lists that are kept for the next start: those fetched last. */
const keptLists = 200;

export interface Tables {
  readonly entities: RxTable<EntityDocument>;
  readonly outbox: RxTable<OutboxDocument>;
  readonly lists: RxTable<ListDocument>;
  readonly meta: RxTable<MetaDocument>;
}

/** The entity store on RxDB: it survives reloads and is shared by all tabs of the browser. */
export class RxStore implements EntityStore {
  readonly storage: "indexeddb" | "memory";
  readonly sharedName: string | undefined;
  readonly #tables: Tables;
  readonly #changes = new Emitter<readonly StoredEntity[]>();
  readonly #operations = new Emitter<readonly OperationChange[]>();
  readonly #releases: readonly (() => void)[];
  /** Writes run one after another: a removal requested after a write must also happen after it. */
  #lastWrite: Promise<unknown> = Promise.resolve();
  #lastStep: Promise<unknown> = Promise.resolve();

  /** @param sharedName undefined when no other tab sees these tables */
  constructor(tables: Tables, sharedName: string | undefined) {
    this.#tables = tables;
    this.storage = sharedName === undefined ? "memory" : "indexeddb";
    this.sharedName = sharedName;
    this.#releases = [
      tables.entities.onChange((changes) => {
        const rows = changes.flatMap(({ row }) => (row ? [toEntity(row)] : []));
        if (rows.length > 0) this.#changes.emit(rows);
      }),
      tables.outbox.onChange((changes) =>
        this.#operations.emit(changes.map(({ id, row }) => ({ key: id, operation: operationOf(row) }))),
      ),
    ];
  }

  async read(keys: readonly EntityKey[]): Promise<ReadonlyMap<EntityKey, StoredEntity>> {
    const rows = await this.#tables.entities.read(keys);
    return new Map([...rows].map(([key, row]) => [key, toEntity(row)]));
  }

  async readInside(entityCode: string, containerIds: readonly string[]): Promise<ReadonlyMap<string, HeldVersion>> {
    return rowsInside(await this.#tables.entities.all(), entityCode, containerIds);
  }

  async readByUse(after: UseMark | undefined, limit: number): Promise<readonly StoredEntity[]> {
    return (await this.#tables.entities.all(limit, after && [after.seenAt, after.id])).map(toEntity);
  }

  putServer(rows: readonly ServerRow[]): Promise<void> {
    return this.#merge(
      rows.map(
        (row) => [entityKey(row.entityCode, row.entityId), (held, now) => mergeServerRow(held, row, now)] as const,
      ),
    );
  }

  putGone(marks: readonly GoneMark[]): Promise<void> {
    return this.#merge(
      marks.map(
        (mark) => [entityKey(mark.entityCode, mark.entityId), (held, now) => mergeGoneMark(held, mark, now)] as const,
      ),
    );
  }

  async readList(id: string): Promise<StoredList | undefined> {
    return id.length > maxListId ? undefined : (await this.#tables.lists.read([id])).get(id);
  }

  async putList(list: StoredList): Promise<void> {
    if (list.id.length <= maxListId) await this.#tables.lists.change(new Map([[list.id, () => list]]));
  }

  async readMeta(id: string): Promise<unknown> {
    return (await this.#tables.meta.read([id])).get(id)?.value;
  }

  async putMeta(id: string, value: unknown): Promise<void> {
    await this.#tables.meta.change(new Map([[id, () => ({ id, value })]]));
  }

  async readOperations(): Promise<readonly Operation[]> {
    return (await this.#tables.outbox.all()).flatMap((row) => operationOf(row) ?? []);
  }

  changeOperation(key: string, step: OperationStep): Promise<Operation | undefined> {
    const work = this.#lastStep.then(async () => {
      const own: Step<OutboxDocument> = (held) => {
        const before = operationOf(held);
        const operation = step(before);
        return operation === before ? held : operation && { id: key, operation: toStoredOperation(operation) };
      };
      const changed = await this.#tables.outbox.change(new Map([[key, own]]));
      const operation = operationOf(changed.get(key));
      if (!operation) await this.#tables.outbox.purge([key]);
      return operation;
    });
    this.#lastStep = work.catch(() => {});
    return work;
  }

  async touch(keys: readonly EntityKey[]): Promise<void> {
    const now = Date.now();
    for (let at = 0; at < keys.length; at += rowsPerWrite) {
      const some = keys.slice(at, at + rowsPerWrite);
      const touched: Step<EntityDocument> = (held) => held && { ...held, seenAt: now };
      await this.#inTurn(() => this.#tables.entities.change(new Map(some.map((key) => [key, touched]))));
    }
  }

  async evict(rows: number, keeps: (key: EntityKey) => boolean): Promise<number> {
    const { entities, lists } = this.#tables;
    const oldLists = (await lists.all()).sort((a, b) => b.fetchedAt - a.fetchedAt).slice(keptLists);
    await lists.change(new Map(oldLists.map(({ id }) => [id, () => undefined])));
    await lists.purge(oldLists.map(({ id }) => id));
    const excess = (await entities.count()) - rows;
    if (excess <= 0) return 0;
    // Rows that must stay are skipped, so more candidates than the excess are read.
    const candidates = await entities.all(excess + evictionChunk);
    const out = candidates.filter(({ id }) => !keeps(id)).slice(0, excess);
    for (let at = 0; at < out.length; at += evictionChunk) {
      const some = out.slice(at, at + evictionChunk);
      const evicted = some.map(({ id, seenAt }): [string, Step<EntityDocument>] => [
        id,
        // A row that was used or written meanwhile is no longer among the oldest.
        (held) => (held && held.seenAt > seenAt ? held : undefined),
      ]);
      await this.#inTurn(() => entities.change(new Map(evicted)));
      await entities.purge(some.map(({ id }) => id));
    }
    return out.length;
  }

  onChange(listener: (rows: readonly StoredEntity[]) => void): () => void {
    return this.#changes.on(listener);
  }

  onOperations(listener: (changes: readonly OperationChange[]) => void): () => void {
    return this.#operations.on(listener);
  }

  async close(): Promise<void> {
    for (const release of this.#releases) release();
    await Promise.all([this.#lastWrite, this.#lastStep]);
    await Promise.all(Object.values(this.#tables).map((table) => table.close()));
  }

  async #merge(changes: readonly (readonly [EntityKey, Merge])[]): Promise<void> {
    await this.#inTurn(async () => {
      for (let at = 0; at < changes.length; at += rowsPerWrite) {
        await this.#mergeSome(changes.slice(at, at + rowsPerWrite));
      }
    });
  }

  /** A merge runs again on the result of another tab that wrote in between, so an older row never replaces a newer one. */
  #mergeSome(changes: readonly (readonly [EntityKey, Merge])[]): Promise<unknown> {
    const now = Date.now();
    const steps = new Map<EntityKey, Step<EntityDocument>>();
    for (const [key, merge] of changes) {
      const earlier = steps.get(key);
      const own: Step<EntityDocument> = (held) => {
        const before = held && toEntity(held);
        const after = merge(before, now);
        return !after || after === before ? held : toDocument(after);
      };
      steps.set(key, earlier ? (held) => own(earlier(held)) : own);
    }
    return this.#tables.entities.change(steps);
  }

  #inTurn(work: () => Promise<unknown>): Promise<unknown> {
    const own = this.#lastWrite.then(work);
    this.#lastWrite = own.catch(() => {}); // the caller gets the error; later writes still run
    return own;
  }
}

function toEntity(row: EntityDocument): StoredEntity {
  const base = fromStoredColumns(row.base);
  return { ...row, base, data: base, pending: 0 };
}

function toDocument({ data: _data, pending: _pending, ...row }: StoredEntity): EntityDocument {
  return { ...row, base: toStoredColumns(row.base) };
}

function operationOf(row: OutboxDocument | undefined): Operation | undefined {
  return row?.operation ? fromStoredOperation(row.operation) : undefined;
}
