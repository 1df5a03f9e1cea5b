import { getRxStorageMemory } from "rxdb/plugins/storage-memory";
import { expect, test, vi } from "vitest";
import { testStoreContract } from "../store/store-contract.ts";
import { openStore } from "./open-store.ts";
import { closeOtherStores, sharedStore } from "./shared-stores.ts";

let opened = 0;
testStoreContract("RxDB", () => {
  opened += 1;
  return openStore(`contract-${opened}`, { storage: getRxStorageMemory() });
});

test("without IndexedDB the store works in memory and says why", async () => {
  const store = await openStore("absent");
  expect(store.storage).toBe("memory");
  expect(store.storageReason).toMatch(/IndexedDB/);
});

test("a storage that cannot be opened is replaced by memory, with the reason", async () => {
  const broken = { ...getRxStorageMemory(), createStorageInstance: () => Promise.reject(new Error("quota")) };
  const store = await openStore("broken", { storage: broken });
  expect(store).toMatchObject({ storage: "memory", storageReason: expect.stringContaining("quota") });
});

test("a second opening gets the same store; another user's is closed", async () => {
  const first = sharedStore("user-1");
  expect(sharedStore("user-1")).toBe(first);
  const second = await sharedStore("user-2");
  await closeOtherStores("user-2");
  expect(await sharedStore("user-2")).toBe(second);
  expect(sharedStore("user-1")).not.toBe(first);
});

test("a module that is replaced during development finds the store that is open already", async () => {
  const first = sharedStore("hot");
  vi.resetModules();
  const replaced = await import("./shared-stores.ts");
  expect(replaced.sharedStore).not.toBe(sharedStore);
  expect(replaced.sharedStore("hot")).toBe(first);
});
