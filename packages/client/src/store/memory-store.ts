import { Emitter } from "@heliograph/shared/emitter";
import { type EntityKey, entityKey } from "@heliograph/shared/entity-key";
import type {
  EntityStore,
  GoneMark,
  OperationChange,
  OperationStep,
  ServerRow,
  StoredEntity,
  StoredList,
  UseMark,
} from "./entity-store.ts";
import { type Merge, mergeGoneMark, mergeServerRow } from "./merge.ts";
import type { Operation } from "./operation.ts";
import { rowsInside } from "./rows-inside.ts";

/** The contents of a store in memory. Several stores on the same contents behave like tabs on the same database. */
export class MemoryContents {
  readonly entities = new Map<EntityKey, StoredEntity>();
  readonly operations = new Map<string, Operation>();
  readonly lists = new Map<string, StoredList>();
  readonly meta = new Map<string, unknown>();
  readonly rowChanges = new Emitter<readonly StoredEntity[]>();
  readonly operationChanges = new Emitter<readonly OperationChange[]>();
}

/**
 * Creates a store in memory: for programs without a browser, for tests, and for browsers without a database.
 *
 * @param reason shown in the status when a database was requested
 * @param contents shared with other stores, which then behave like other tabs of the browser
 */
export function createMemoryStore(reason?: string, contents?: MemoryContents): EntityStore {
  const own = contents ?? new MemoryContents();
  const { entities, operations, lists, meta, rowChanges, operationChanges } = own;

  /** Merges one row after the other, because a batch may contain a row several times. */
  function write(changes: readonly { key: EntityKey; merge: Merge }[]): void {
    const now = Date.now();
    const changed = new Map<EntityKey, StoredEntity>();
    for (const { key, merge } of changes) {
      const held = entities.get(key);
      const entity = merge(held, now);
      if (!entity || entity === held) continue;
      entities.set(key, entity);
      changed.set(key, entity);
    }
    if (changed.size > 0) rowChanges.emit([...changed.values()]);
  }

  return {
    storage: "memory",
    ...(reason === undefined ? {} : { storageReason: reason }),
    async read(keys) {
      const found = new Map<EntityKey, StoredEntity>();
      for (const key of keys) {
        const entity = entities.get(key);
        if (entity) found.set(key, entity);
      }
      return found;
    },
    async readInside(entityCode, containerIds) {
      return rowsInside(entities.values(), entityCode, containerIds);
    },
    async readByUse(after: UseMark | undefined, limit: number) {
      const behind = after ? [...entities.values()].filter((row) => inUse(after, row) < 0) : [...entities.values()];
      return behind.sort(inUse).slice(0, limit);
    },
    async putServer(rows: readonly ServerRow[]) {
      write(
        rows.map((row) => ({
          key: entityKey(row.entityCode, row.entityId),
          merge: (held, now) => mergeServerRow(held, row, now),
        })),
      );
    },
    async putGone(marks: readonly GoneMark[]) {
      write(
        marks.map((mark) => ({
          key: entityKey(mark.entityCode, mark.entityId),
          merge: (held, now) => mergeGoneMark(held, mark, now),
        })),
      );
    },
    async readList(id) {
      return lists.get(id);
    },
    async putList(list) {
      lists.set(list.id, list);
    },
    async readMeta(id) {
      return meta.get(id);
    },
    async putMeta(id, value) {
      meta.set(id, value);
    },
    async readOperations() {
      return [...operations.values()];
    },
    async changeOperation(key: string, step: OperationStep) {
      const held = operations.get(key);
      const operation = step(held);
      if (operation === held) return held;
      if (operation) operations.set(key, operation);
      else operations.delete(key);
      operationChanges.emit([{ key, operation }]);
      return operation;
    },
    async touch(keys) {
      const now = Date.now();
      for (const key of keys) {
        const held = entities.get(key);
        if (held) entities.set(key, { ...held, seenAt: now });
      }
    },
    async evict(rows, keeps) {
      const oldest = [...entities.values()].filter(({ id }) => !keeps(id)).sort((a, b) => a.seenAt - b.seenAt);
      const out = oldest.slice(0, Math.max(0, entities.size - rows));
      for (const { id } of out) entities.delete(id);
      return out.length;
    },
    onChange: (listener) => rowChanges.on(listener),
    onOperations: (listener) => operationChanges.on(listener),
    async close() {
      if (contents) return; // other stores use them
      entities.clear();
      operations.clear();
      lists.clear();
      meta.clear();
    },
  };
}

/** Orders rows by their last use, oldest first. */
function inUse(a: UseMark, b: UseMark): number {
  return a.seenAt - b.seenAt || (a.id < b.id ? -1 : Number(a.id > b.id));
}
