import { expect, test } from "vitest";
import { testStoreContract } from "../testing/store-contract.ts";
import type { EntityStore } from "./entity-store.ts";
import { FallbackStore } from "./fallback-store.ts";
import { createMemoryStore } from "./memory-store.ts";
import type { Operation } from "./operation.ts";

testStoreContract("fallback, database well", async () => new FallbackStore(createMemoryStore()));

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
const row = (ver: number) => ({ entityCode: "task", id: "1", ver, data: { ver } });

test("a full disk: rows go on in memory, versions do not go back, and the status can say so", async () => {
  const { database, breakDown } = breakable();
  const store = new FallbackStore(database);
  const told: number[] = [];
  store.onChange((rows) => told.push(...rows.map(({ ver }) => ver)));
  await store.putServer([row(5)]);
  expect(store.storage).toBe("indexeddb");
  breakDown(false);
  await store.putServer([row(4)]); // a late answer
  expect((await store.read([key])).get(key)?.ver).toBe(5);
  await store.putServer([row(6), { ...row(1), id: "2" }]);
  expect((await store.read([key, "task:2"])).size).toBe(2);
  expect((await store.read([key])).get(key)).toMatchObject({ ver: 6, data: { ver: 6 } });
  expect(told.at(0)).toBe(5);
  expect(told).toContain(6);
  expect(store).toMatchObject({ storage: "memory", storageReason: expect.stringContaining("QuotaExceeded") });
});

test("a row held as gone in a database that fails does not come back by an older answer", async () => {
  const { database, breakDown } = breakable();
  const store = new FallbackStore(database);
  await store.putServer([row(5)]);
  await store.putGone([{ entityCode: "task", id: "1", ver: 7 }]);
  breakDown(false);
  await store.putServer([row(6)]);
  expect((await store.read([key])).get(key)?.gone).toBe(true);
});

test("a store that was closed on purpose does not go on in memory", async () => {
  const { database, breakDown } = breakable();
  const store = new FallbackStore(database);
  await store.close();
  breakDown(true);
  await expect(store.putServer([row(1)])).rejects.toThrow();
});

test("what was not sent goes on in memory when the disk is full, and is told from then on", async () => {
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
  const told: string[] = [];
  store.onOperations((changes) => told.push(...changes.map(({ key: one }) => one)));
  let troubles = 0;
  store.onTrouble(() => {
    troubles += 1;
  });
  await store.changeOperation("before", () => operation("before"));
  breakDown(false);
  await store.changeOperation("after", () => operation("after"));
  expect((await store.readOperations()).map(({ key: one }) => one).sort()).toEqual(["after", "before"]);
  await store.changeOperation("before", () => undefined);
  expect((await store.readOperations()).map(({ key: one }) => one)).toEqual(["after"]);
  expect(told).toContain("after");
  expect(troubles).toBe(1);
});
