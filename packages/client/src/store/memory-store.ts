import { Emitter } from "../emitter.ts";
import { type EntityKey, entityKey } from "../entity-key.ts";
import type { EntityStore, GoneMark, ServerRow, StoredEntity, StoredList } from "./entity-store.ts";
import { mergeGoneMark, mergeServerRow } from "./merge.ts";

/**
 * Rows in memory: for programs without a browser, for tests, and where the browser keeps no database.
 *
 * @param reason shown in the status when a database had been asked for
 */
export function createMemoryStore(reason?: string): EntityStore {
  const entities = new Map<EntityKey, StoredEntity>();
  const lists = new Map<string, StoredList>();
  const meta = new Map<string, unknown>();
  const changes = new Emitter<readonly StoredEntity[]>();

  function write(merged: Iterable<StoredEntity | undefined>): void {
    const changed: StoredEntity[] = [];
    for (const entity of merged) {
      if (!entity || entities.get(entity.id) === entity) continue;
      entities.set(entity.id, entity);
      changed.push(entity);
    }
    if (changed.length > 0) changes.emit(changed);
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
      const now = Date.now();
      write(rows.map((row) => mergeServerRow(entities.get(entityKey(row.type, row.id)), row, now)));
    },
    async putGone(marks: readonly GoneMark[]) {
      const now = Date.now();
      write(marks.map((mark) => mergeGoneMark(entities.get(entityKey(mark.type, mark.id)), mark, now)));
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
    onChange: (listener) => changes.on(listener),
    async close() {
      entities.clear();
      lists.clear();
      meta.clear();
    },
  };
}
