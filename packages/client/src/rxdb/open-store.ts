import type { RxStorage } from "rxdb/plugins/core";
import { createRxDatabase } from "rxdb/plugins/core";
import { getRxStorageDexie } from "rxdb/plugins/storage-dexie";
import type { EntityStore } from "../store/entity-store.ts";
import { FallbackStore } from "../store/fallback-store.ts";
import { createMemoryStore } from "../store/memory-store.ts";
import { RxStore } from "./rx-store.ts";
import { type Collections, entitySchema, listSchema, metaSchema } from "./schema.ts";
import { withoutAdvertisement } from "./without-advertisement.ts";

/** IndexedDB can block for ever (another tab in the middle of an upgrade); the application starts without it then. */
export const openTimeoutMs = 8_000;

export type OpenOptions = {
  /** Another storage of RxDB instead of IndexedDB, for tests. */
  readonly storage?: RxStorage<unknown, unknown>;
};

/**
 * Opens the local database of that name.
 *
 * @returns a store in memory, with the reason, where the browser offers no database: private windows of some browsers,
 *   switched off storage, a page that is not secure
 */
export async function openStore(name: string, options: OpenOptions = {}): Promise<EntityStore> {
  if (!options.storage && typeof indexedDB === "undefined") {
    return createMemoryStore("This browser offers no local database (IndexedDB).");
  }
  const opening = withoutAdvertisement(() => openDatabase(name, options.storage));
  try {
    return await withTimeout(opening, openTimeoutMs);
  } catch (error) {
    // Should it open after all, nobody would use it: closed, it blocks no other tab.
    opening.then((store) => store.close()).catch(() => {});
    return createMemoryStore(`The local database could not be opened: ${messageOf(error)}`);
  }
}

async function openDatabase(name: string, storage: RxStorage<unknown, unknown> | undefined): Promise<EntityStore> {
  const database = await createRxDatabase<Collections>({
    // Dexie takes names like these as they are; RxDB wants a letter first.
    name: name.toLowerCase().replaceAll(/[^a-z0-9-]/g, "-"),
    // A cache survives the loss of its last writes: "relaxed" is 15 times faster for a batch of 50 than "strict".
    storage: storage ?? getRxStorageDexie({ chromeTransactionDurability: "relaxed" }),
    multiInstance: storage === undefined,
    // A module that is replaced in development opens the same name again; without this RxDB refuses (DB8).
    closeDuplicates: true,
    eventReduce: false,
  });
  await database.addCollections({
    entities: { schema: entitySchema },
    lists: { schema: listSchema },
    meta: { schema: metaSchema },
  });
  return new FallbackStore(new RxStore(database, storage ? "memory" : "indexeddb"));
}

async function withTimeout<Value>(promise: Promise<Value>, timeoutMs: number): Promise<Value> {
  let handle: ReturnType<typeof setTimeout> | undefined;
  const timeout = new Promise<never>((_, reject) => {
    handle = setTimeout(() => reject(new Error("it did not open in time")), timeoutMs);
  });
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    clearTimeout(handle);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
