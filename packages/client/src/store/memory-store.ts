import { Emitter } from "../emitter.ts";
import { type EntityKey, entityKey } from "../entity-key.ts";
import type { EntityStore, GoneMark, ServerRow, StoredEntity, StoredList } from "./entity-store.ts";
import { type Merge, mergeGoneMark, mergeServerRow } from "./merge.ts";

/**
 * Rows in memory: for programs without a browser, for tests, and where the browser keeps no database.
 *
 * @param reason shown in the status when a database had been asked for
 */
export function createMemoryStore(reason?: string): EntityStore {
  const entities = new Map<EntityKey, StoredEntity>();
  const lists = new Map<string, StoredList>();
  const meta = new Map<string, unknown>();
  const listeners = new Emitter<readonly StoredEntity[]>();

  /** Merges one after the other, so that a batch may name a row several times. */
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
    if (changed.size > 0) listeners.emit([...changed.values()]);
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
    async putServer(rows: readonly ServerRow[]) {
      write(
        rows.map((row) => ({
          key: entityKey(row.type, row.id),
          merge: (held, now) => mergeServerRow(held, row, now),
        })),
      );
    },
    async putGone(marks: readonly GoneMark[]) {
      write(
        marks.map((mark) => ({
          key: entityKey(mark.type, mark.id),
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
    onChange: (listener) => listeners.on(listener),
    async close() {
      entities.clear();
      lists.clear();
      meta.clear();
    },
  };
}
