import { entityKey } from "@heliograph/shared/entity-key";
import { expect, test } from "vitest";
import type { EntityStore, StoredEntity } from "../store/entity-store.ts";
import type { Operation } from "../store/operation.ts";
import { testId } from "./ids.ts";

/** Ids that a store must keep apart, among them the longest that an index of PostgreSQL holds. */
export const oddIds = [
  "",
  " ",
  "a",
  "A",
  "a:b",
  "a/b,c%2C",
  '["7","x"]',
  "line\nbreak",
  "|pipe",
  "__proto__",
  "é",
  "x".repeat(2704),
];

/** A row with column names that JavaScript objects, Dexie and RxDB have a meaning of their own for. */
export function oddRow(entityId: string): Record<string, unknown> {
  const names = [
    "constructor",
    "toString",
    "__proto__",
    "$$id",
    "a.b",
    "|pipe",
    "_deleted",
    "_rev",
    'a "b"',
    " ",
    "length",
  ];
  return Object.fromEntries([["$id", entityId], ["$version", 1], ...names.map((name) => [name, `value of ${name}`])]);
}

/** Registers the tests that every implementation of the store has to pass. */
export function testStoreContract(name: string, open: () => Promise<EntityStore>): void {
  const id = testId(1);
  const key = entityKey("project", id);
  const row = (ver: number, title: string) => ({
    entityCode: "project",
    entityId: id,
    ver,
    data: { $id: id, $version: ver, title },
  });

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
      await store.putGone([{ entityCode: "project", entityId: id, ver: 7, unlessNewerThan: 5 }]);
      expect(await held(store)).toMatchObject({ gone: true, ver: 7, data: null, base: null });
      await store.putServer([row(6, "late answer")]);
      expect(await held(store)).toMatchObject({ gone: true });
      await store.putServer([row(7, "given back")]);
      expect(await held(store)).toMatchObject({ gone: false, data: { title: "given back" } });
    }));

  test(`${name}: a mark does not remove a row that was written since`, () =>
    withStore(async (store) => {
      await store.putServer([row(5, "x")]);
      await store.putGone([{ entityCode: "project", entityId: id, ver: 0, unlessNewerThan: 4 }]);
      expect(await held(store)).toMatchObject({ gone: false, ver: 5 });
    }));

  test(`${name}: a removal requested after a write takes place after it`, () =>
    withStore(async (store) => {
      await Promise.all([
        store.putServer([row(5, "x")]),
        store.putGone([{ entityCode: "project", entityId: id, ver: 0 }]),
      ]);
      expect(await held(store)).toMatchObject({ gone: true });
    }));

  test(`${name}: changes are reported in order, and a write without a change is not reported`, () =>
    withStore(async (store) => {
      const reported: number[] = [];
      const leave = store.onChange((rows) => reported.push(...rows.map(({ ver }) => ver)));
      await store.putServer([row(1, "a")]);
      await store.putServer([row(1, "a")]);
      await store.putServer([row(3, "c")]);
      await store.putServer([row(2, "b")]);
      await expect.poll(() => reported).toEqual([1, 3]);
      leave();
      await store.putServer([row(4, "d")]);
      expect(reported).toEqual([1, 3]);
    }));

  test(`${name}: lists and metadata are stored`, () =>
    withStore(async (store) => {
      expect(await store.readList("a")).toBeUndefined();
      await store.putList({ id: "a", entityCode: "project", ids: [id], hasMore: true, fetchedAt: 1 });
      await store.putList({ id: "a", entityCode: "project", ids: [], hasMore: false, fetchedAt: 2 });
      expect(await store.readList("a")).toEqual({
        id: "a",
        entityCode: "project",
        ids: [],
        hasMore: false,
        fetchedAt: 2,
      });
      await store.putMeta("seen", { at: 5 });
      expect(await store.readMeta("seen")).toEqual({ at: 5 });
    }));

  test(`${name}: steps of operations are atomic and reported, and finished operations are removed`, () =>
    withStore(async (store) => {
      const reported: string[] = [];
      store.onOperations((changes) => {
        for (const { key: one, operation } of changes) reported.push(`${one} ${operation?.attempts ?? "done"}`);
      });
      const operation = operationOf("k1");
      expect(await store.changeOperation("k1", () => operation)).toEqual(operation);
      const raise = () => store.changeOperation("k1", (one) => one && { ...one, attempts: one.attempts + 1 });
      await Promise.all(Array.from({ length: 20 }, raise));
      expect(await store.readOperations()).toEqual([{ ...operation, attempts: 20 }]);
      await store.changeOperation("k1", (one) => one); // unchanged
      expect(await store.changeOperation("k1", () => undefined)).toBeUndefined();
      expect(await store.readOperations()).toEqual([]);
      await expect.poll(() => reported.at(-1)).toBe("k1 done");
      expect(reported).toHaveLength(22);
    }));

  test(`${name}: rows used longest ago are evicted first, never those that must stay`, () =>
    withStore(async (store) => {
      const rows = Array.from({ length: 300 }, (_, n) => ({
        entityCode: "task",
        entityId: testId(n),
        ver: 1,
        data: { n },
      }));
      const keys = rows.map(({ entityCode, entityId }) => entityKey(entityCode, entityId));
      await store.putServer(rows.slice(0, 200));
      const startedAt = Date.now();
      await expect.poll(() => Date.now()).toBeGreaterThan(startedAt);
      await store.putServer(rows.slice(200));
      await store.touch(keys.slice(0, 10));
      expect(await store.evict(300, () => false)).toBe(0);
      const kept = new Set([keys[15], keys[16]]);
      expect(await store.evict(120, (one) => kept.has(one))).toBe(180);
      const left = await store.read(keys);
      expect([...left.keys()].sort()).toEqual(
        [
          ...keys.slice(0, 10),
          ...kept,
          ...keys.slice(200),
          ...[...left.keys()].filter((one) => isMiddle(keys, one)),
        ].sort(),
      );
      expect(left.size).toBe(120);
      await store.putServer(rows.slice(20, 21)); // it returns when it is fetched again
      expect((await store.read([entityKey("task", testId(20))])).size).toBe(1);
    }));

  test(`${name}: rows inside a container are found by any column, for one entity type, without gone rows`, () =>
    withStore(async (store) => {
      const inside = (n: number, entityCode: string, column: string) => ({
        ...row(n, "inside"),
        entityCode,
        entityId: testId(n),
        data: { $id: testId(n), $version: n, [column]: testId(99) },
      });
      await store.putServer([
        inside(2, "task", "project_id"),
        inside(3, "task", "organization_id"),
        inside(4, "task", "project_id"),
        inside(5, "invoice", "project_id"),
        row(6, "elsewhere"),
      ]);
      await store.putGone([{ entityCode: "task", entityId: testId(4), ver: 0 }]);
      expect(await store.readInside?.("task", [testId(98), testId(99)])).toEqual(
        new Map([2, 3].map((n) => [testId(n), { version: n, gone: false }])),
      );
    }));

  test(`${name}: rows are read in order of their last use, in slices, each once`, () =>
    withStore(async (store) => {
      const rows = Array.from({ length: 25 }, (_, n) => ({
        entityCode: "task",
        entityId: testId(n),
        ver: 1,
        data: { n },
      }));
      const keys = rows.map(({ entityCode, entityId }) => entityKey(entityCode, entityId));
      await store.putServer(rows); // all at the same time
      await store.putGone([{ entityCode: "task", entityId: testId(3), ver: 0 }]);
      const startedAt = Date.now();
      await expect.poll(() => Date.now()).toBeGreaterThan(startedAt + 1);
      await store.touch(keys.slice(0, 2));
      const slices: (readonly StoredEntity[])[] = [];
      for (let slice = await store.readByUse?.(undefined, 10); slice?.length; ) {
        slices.push(slice);
        slice = await store.readByUse?.(slice.at(-1), 10);
      }
      expect(slices.map(({ length }) => length)).toEqual([10, 10, 5]);
      const read = slices.flat().map(({ id: rowKey }) => rowKey);
      expect(read.toSorted()).toEqual(keys.toSorted());
      expect(read.slice(-2)).toEqual(keys.slice(0, 2));
      expect(slices.flat().filter(({ gone }) => gone)).toHaveLength(1);
    }));

  test(`${name}: ids are any text, and columns have any name`, () =>
    withStore(async (store) => {
      await store.putServer(
        oddIds.map((entityId) => ({ entityCode: "page", entityId, ver: 1, data: oddRow(entityId) })),
      );
      const keys = oddIds.map((entityId) => entityKey("page", entityId));
      const rows = await store.read(keys);
      for (const [at, entityId] of oddIds.entries())
        expect(Object.entries(rows.get(keys[at] ?? "")?.base ?? {}), entityId).toEqual(
          Object.entries(oddRow(entityId)),
        );
    }));

  test(`${name}: a thousand rows in one call`, () =>
    withStore(async (store) => {
      const rows = Array.from({ length: 1_000 }, (_, n) => ({
        entityCode: "task",
        entityId: testId(n),
        ver: n + 1,
        data: { n, organization_id: testId(2) },
      }));
      await store.putServer(rows);
      await store.putServer(rows.map((one) => ({ ...one, ver: one.ver + 1 })));
      const found = await store.read(rows.map(({ entityCode, entityId }) => entityKey(entityCode, entityId)));
      expect(found.size).toBe(1_000);
      expect(found.get(entityKey("task", testId(999)))).toMatchObject({ ver: 1_001, scope: testId(2) });
    }));
}

/** True for rows that are neither the oldest nor must stay. Only their number matters. */
function isMiddle(keys: readonly string[], key: string | undefined): boolean {
  const at = keys.indexOf(key ?? "");
  return at >= 10 && at < 200 && at !== 15 && at !== 16;
}

function operationOf(key: string): Operation {
  return {
    key,
    seq: 1,
    owner: "",
    entityCode: "task",
    entityId: testId(1),
    op: "update",
    changes: { title: "x" },
    base: null,
    baseVersion: 0,
    queuedAt: 1,
    attempts: 0,
    state: "queued",
  };
}
