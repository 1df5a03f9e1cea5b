import { randomUuid } from "@heliograph/shared/uuid";
import type { RxStorage } from "rxdb/plugins/core";
import { getRxStorageDexie } from "rxdb/plugins/storage-dexie";
import type { EntityStore } from "../store/entity-store.ts";
import { FallbackStore } from "../store/fallback-store.ts";
import { createMemoryStore } from "../store/memory-store.ts";
import { finishForgetting } from "./database-deletion.ts";
import { databaseName } from "./database-names.ts";
import { RxStore, type Tables } from "./rx-store.ts";
import { RxTable } from "./rx-table.ts";
import { databaseFormat, entitySchema, listSchema, metaSchema, outboxSchema } from "./schema.ts";
import { suppressRxdbNotice } from "./suppress-rxdb-notice.ts";

/** IndexedDB can block for ever (another tab in the middle of an upgrade); the application starts without it then. */
export const openTimeoutMs = 8_000;

/** Note in the database: the format of what is in it. */
const formatNote = "format";

export type OpenOptions = {
  /** Another storage of RxDB instead of IndexedDB, for tests. */
  readonly storage?: RxStorage<unknown, unknown>;
};

/**
 * Opens the local database of that name.
 *
 * @returns a store in memory, with the reason, where the browser offers no database: private windows of some browsers,
 *   switched off storage; and where a newer version of the application has used the database
 */
export async function openStore(name: string, options: OpenOptions = {}): Promise<EntityStore> {
  if (!options.storage && typeof indexedDB === "undefined") {
    return createMemoryStore("This browser offers no local database (IndexedDB).");
  }
  const opening = finishForgetting().then(() => openDatabase(databaseName(name), options.storage));
  try {
    return await withTimeout(opening, openTimeoutMs);
  } catch (error) {
    // Should it open after all, nobody would use it: closed, it blocks no other tab.
    opening.then((store) => store.close()).catch(() => {});
    return createMemoryStore(`The local database could not be opened: ${messageOf(error)}`);
  }
}

async function openDatabase(name: string, storage: RxStorage<unknown, unknown> | undefined): Promise<EntityStore> {
  const shared = storage === undefined;
  // A cache survives the loss of its last writes: "relaxed" is 15 times faster for a batch of 50 than "strict".
  const cache = storage ?? getRxStorageDexie({ chromeTransactionDurability: "relaxed" });
  // What a person wrote must survive a power cut from the moment on in which we say that it is kept.
  const safe = storage ?? getRxStorageDexie({ chromeTransactionDurability: "strict" });
  const common = { database: name, token: randomUuid(), shared };
  const [entities, outbox, lists, meta] = await Promise.all([
    RxTable.open({ ...common, name: "entities", schema: entitySchema, storage: cache }),
    RxTable.open({ ...common, name: "outbox", schema: outboxSchema, storage: safe }),
    RxTable.open({ ...common, name: "lists", schema: listSchema, storage: cache }),
    RxTable.open({ ...common, name: "meta", schema: metaSchema, storage: cache }),
  ]);
  const tables: Tables = { entities, outbox, lists, meta };
  const store = new FallbackStore(new RxStore(tables, shared ? name : undefined));
  try {
    await checkFormat(tables);
  } catch (error) {
    await store.close();
    throw error;
  }
  // A tab of a newer version may come along while this one is open: then this one must not write any more.
  meta.onChange((changes) => {
    const note = changes.find(({ id }) => id === formatNote)?.row?.value;
    if (Number(note) > databaseFormat) store.leave(newerFormat);
  });
  await entities.onLost(() => store.leave("The local database was removed by another tab or by the browser."));
  return store;
}

const newerFormat = "A newer version of this application is in use in this browser: please reload this page.";

/** @throws when a newer version of this code has written here */
async function checkFormat({ meta }: Tables): Promise<void> {
  const isNewer = (value: unknown) => Number(value ?? 0) > databaseFormat;
  const held = (await meta.read([formatNote])).get(formatNote);
  if (isNewer(held?.value)) throw new Error(newerFormat);
  const note = { id: formatNote, value: databaseFormat };
  // Written each time: RxDB's first write is the one that advertises, and here that is kept off the console. Nobody
  // waits for it; if it fails, so does the next write, which says so.
  suppressRxdbNotice(() => meta.change(new Map([[formatNote, (one) => (isNewer(one?.value) ? one : note)]]))).catch(
    () => {},
  );
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
