import { expect, test } from "vitest";
import { testStoreContract } from "../testing/store-contract.ts";
import type { EntityStore } from "./entity-store.ts";
import { FallbackStore } from "./fallback-store.ts";
import { createMemoryStore } from "./memory-store.ts";
import type { Operation } from "./operation.ts";

testStoreContract("fallback, database works", async () => new FallbackStore(createMemoryStore()));

function breakable(): { database: EntityStore; breakDown: (reads: boolean) => void } {
  const memory = createMemoryStore();
  let broken = false;
  let readsToo = false;
  const guard = async <Answer>(work: () => Promise<Answer>, isBroken: boolean) => {
    if (isBroken) throw new Error("QuotaExceededError");
    return work();
  };
  const database: EntityStore = {
    ...memory,
    storage: "indexeddb",
    read: (keys) => guard(() => memory.read(keys), readsToo),
    putServer: (rows) => guard(() => memory.putServer(rows), broken),
    putGone: (marks) => guard(() => memory.putGone(marks), broken),
    changeOperation: (key, step) => guard(() => memory.changeOperation(key, step), broken),
    touch: (keys) => guard(() => memory.touch(keys), broken),
    evict: (rows, keeps) => guard(() => memory.evict(rows, keeps), broken),
  };
  return {
    database,
    breakDown: (reads) => {
      broken = true;
      readsToo = reads;
    },
  };
}

testStoreContract("fallback, database full", async () => {
  const { database, breakDown } = breakable();
  breakDown(true);
  return new FallbackStore(database);
});

const key = "task:1";
const row = (ver: number) => ({ entityCode: "task", entityId: "1", ver, data: { ver } });

test("[G3] when the disk is full, rows stay in memory, versions never go back, and the reason is reported", async () => {
  const { database, breakDown } = breakable();
  const store = new FallbackStore(database);
  const reported: number[] = [];
  store.onChange((rows) => reported.push(...rows.map(({ ver }) => ver)));
  await store.putServer([row(5)]);
  expect(store.storage).toBe("indexeddb");
  breakDown(false);
  await store.putServer([row(4)]); // a late answer
  expect((await store.read([key])).get(key)?.ver).toBe(5);
  await store.putServer([row(6), { ...row(1), entityId: "2" }]);
  expect((await store.read([key, "task:2"])).size).toBe(2);
  expect((await store.read([key])).get(key)).toMatchObject({ ver: 6, data: { ver: 6 } });
  expect(reported.at(0)).toBe(5);
  expect(reported).toContain(6);
  expect(store).toMatchObject({ storage: "memory", storageReason: expect.stringContaining("QuotaExceeded") });
});

test("an older response does not bring back a row that the failed database stored as gone", async () => {
  const { database, breakDown } = breakable();
  const store = new FallbackStore(database);
  await store.putServer([row(5)]);
  await store.putGone([{ entityCode: "task", entityId: "1", ver: 7 }]);
  breakDown(false);
  await store.putServer([row(6)]);
  expect((await store.read([key])).get(key)?.gone).toBe(true);
});

test("a store that was closed does not continue in memory", async () => {
  const { database, breakDown } = breakable();
  const store = new FallbackStore(database);
  await store.close();
  breakDown(true);
  await expect(store.putServer([row(1)])).rejects.toThrow();
});

test("when the disk is full, unsent writes stay in memory, and their changes are reported", async () => {
  const { database, breakDown } = breakable();
  const store = new FallbackStore(database);
  const operation = (key: string): Operation => ({
    ...{
      key,
      seq: 1,
      owner: "",
      entityCode: "task",
      entityId: "1",
      op: "update",
      changes: {},
      base: null,
      baseVersion: 0,
    },
    ...{ queuedAt: 1, attempts: 0, state: "queued" },
  });
  const reported: string[] = [];
  store.onOperations((changes) => reported.push(...changes.map(({ key: one }) => one)));
  let fallbacks = 0;
  store.onFallback(() => {
    fallbacks += 1;
  });
  await store.changeOperation("before", () => operation("before"));
  breakDown(false);
  await store.changeOperation("after", () => operation("after"));
  expect((await store.readOperations()).map(({ key: one }) => one).sort()).toEqual(["after", "before"]);
  await store.changeOperation("before", () => undefined);
  expect((await store.readOperations()).map(({ key: one }) => one)).toEqual(["after"]);
  expect(reported).toContain("after");
  expect(fallbacks).toBe(1);
});
