import { getRxStorageMemory } from "rxdb/plugins/storage-memory";
import { expect, test, vi } from "vitest";
import { testStoreContract } from "../testing/store-contract.ts";
import { openStore } from "./open-store.ts";
import { leaseStore } from "./store-lease.ts";

let opened = 0;
testStoreContract("RxDB", () => {
  opened += 1;
  return openStore(`contract-${opened}`, { storage: getRxStorageMemory() });
});

test("without IndexedDB the store is in memory and gives the reason", async () => {
  const store = await openStore("absent");
  expect(store.storage).toBe("memory");
  expect(store.storageReason).toMatch(/IndexedDB/);
});

test("a storage that fails to open is replaced by memory, with the reason", async () => {
  const broken = { ...getRxStorageMemory(), createStorageInstance: () => Promise.reject(new Error("quota")) };
  const store = await openStore("broken", { storage: broken });
  expect(store).toMatchObject({ storage: "memory", storageReason: expect.stringContaining("quota") });
});

test("leases of the same name share a store, which is closed a moment after the last release", async () => {
  vi.useFakeTimers();
  try {
    const first = leaseStore("user-1");
    const second = leaseStore("user-1");
    expect(second.store).toBe(first.store);
    const close = vi.spyOn(await first.store, "close");
    first.release();
    first.release(); // a second release has no effect
    await vi.advanceTimersByTimeAsync(60_000);
    expect(close).not.toHaveBeenCalled();
    second.release();
    const third = leaseStore("user-1"); // React's second mount
    expect(third.store).toBe(first.store);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(close).not.toHaveBeenCalled();
    third.release();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(close).toHaveBeenCalledOnce();
    const later = leaseStore("user-1");
    expect(later.store).not.toBe(first.store);
    later.release();
  } finally {
    vi.useRealTimers();
  }
});

test("stores with different names are independent", async () => {
  const one = leaseStore("one");
  const other = leaseStore("other");
  expect(await one.store).not.toBe(await other.store);
  expect(leaseStore("one").store).toBe(one.store);
});

test("a module that is replaced during development finds the open store", async () => {
  const first = leaseStore("hot");
  vi.resetModules();
  const replaced = await import("./store-lease.ts");
  expect(replaced.leaseStore).not.toBe(leaseStore);
  expect(replaced.leaseStore("hot").store).toBe(first.store);
});
