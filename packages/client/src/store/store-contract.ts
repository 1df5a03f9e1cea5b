import { expect, test } from "vitest";
import { entityKey } from "../entity-key.ts";
import { testId } from "../testing/ids.ts";
import type { EntityStore, StoredEntity } from "./entity-store.ts";

/** What every store has to do, registered as tests for each of them. */
export function testStoreContract(name: string, open: () => Promise<EntityStore>): void {
  const id = testId(1);
  const key = entityKey("project", id);
  const row = (ver: number, title: string) => ({ type: "project", id, ver, data: { id, version: ver, title } });

  async function withStore(use: (store: EntityStore) => Promise<void>): Promise<void> {
    const store = await open();
    try {
      await use(store);
    } finally {
      await store.close();
    }
  }

  async function held(store: EntityStore): Promise<StoredEntity | undefined> {
    return (await store.read([key])).get(key);
  }

  test(`${name}: an older version never replaces a newer one`, () =>
    withStore(async (store) => {
      await store.putServer([row(5, "new")]);
      await store.putServer([row(4, "old")]);
      expect(await held(store)).toMatchObject({ ver: 5, data: { title: "new" } });
      await store.putServer([row(6, "newest")]);
      expect(await held(store)).toMatchObject({ ver: 6, base: { title: "newest" }, gone: false });
    }));

  test(`${name}: the newest of one batch and of concurrent batches wins`, () =>
    withStore(async (store) => {
      await store.putServer([row(2, "b"), row(3, "c"), row(1, "a")]);
      expect(await held(store)).toMatchObject({ ver: 3 });
      await Promise.all([7, 9, 8, 5].map((ver) => store.putServer([row(ver, String(ver))])));
      expect(await held(store)).toMatchObject({ ver: 9, data: { title: "9" } });
    }));

  test(`${name}: a gone row loses its content and returns only with a version not below the mark`, () =>
    withStore(async (store) => {
      await store.putServer([row(5, "x")]);
      await store.putGone([{ type: "project", id, ver: 7, unlessNewerThan: 5 }]);
      expect(await held(store)).toMatchObject({ gone: true, ver: 7, data: null, base: null });
      await store.putServer([row(6, "late answer")]);
      expect(await held(store)).toMatchObject({ gone: true });
      await store.putServer([row(7, "given back")]);
      expect(await held(store)).toMatchObject({ gone: false, data: { title: "given back" } });
    }));

  test(`${name}: a mark of removal spares a row that was written since`, () =>
    withStore(async (store) => {
      await store.putServer([row(5, "x")]);
      await store.putGone([{ type: "project", id, ver: 0, unlessNewerThan: 4 }]);
      expect(await held(store)).toMatchObject({ gone: false, ver: 5 });
    }));

  test(`${name}: a removal ordered after a write takes place after it`, () =>
    withStore(async (store) => {
      await Promise.all([store.putServer([row(5, "x")]), store.putGone([{ type: "project", id, ver: 0 }])]);
      expect(await held(store)).toMatchObject({ gone: true });
    }));

  test(`${name}: changes are told in order, and a write that changes nothing is not told`, () =>
    withStore(async (store) => {
      const told: number[] = [];
      const leave = store.onChange((rows) => told.push(...rows.map(({ ver }) => ver)));
      await store.putServer([row(1, "a")]);
      await store.putServer([row(1, "a")]);
      await store.putServer([row(3, "c")]);
      await store.putServer([row(2, "b")]);
      await expect.poll(() => told).toEqual([1, 3]);
      leave();
      await store.putServer([row(4, "d")]);
      expect(told).toEqual([1, 3]);
    }));

  test(`${name}: lists and notes are kept`, () =>
    withStore(async (store) => {
      expect(await store.readList("a")).toBeUndefined();
      await store.putList({ id: "a", type: "project", ids: [id], hasMore: true, fetchedAt: 1 });
      await store.putList({ id: "a", type: "project", ids: [], hasMore: false, fetchedAt: 2 });
      expect(await store.readList("a")).toEqual({ id: "a", type: "project", ids: [], hasMore: false, fetchedAt: 2 });
      await store.putMeta("seen", { at: 5 });
      expect(await store.readMeta("seen")).toEqual({ at: 5 });
    }));

  test(`${name}: a thousand rows in one call`, () =>
    withStore(async (store) => {
      const rows = Array.from({ length: 1_000 }, (_, n) => ({
        type: "task",
        id: testId(n),
        ver: n + 1,
        data: { n, organization_id: testId(2) },
      }));
      await store.putServer(rows);
      await store.putServer(rows.map((one) => ({ ...one, ver: one.ver + 1 })));
      const found = await store.read(rows.map(({ type, id: rowId }) => entityKey(type, rowId)));
      expect(found.size).toBe(1_000);
      expect(found.get(entityKey("task", testId(999)))).toMatchObject({ ver: 1_001, scope: testId(2) });
    }));
}
