import { randomUuid } from "@heliograph/shared/uuid";
import type { RxStorage } from "rxdb/plugins/core";
import { getRxStorageDexie } from "rxdb/plugins/storage-dexie";
import type { EntityStore } from "../store/entity-store.ts";
import { FallbackStore, lostOnClose } from "../store/fallback-store.ts";
import { createMemoryStore } from "../store/memory-store.ts";
import { resumeDeletions } from "./database-deletion.ts";
import { databaseName } from "./database-names.ts";
import { RxStore, type Tables } from "./rx-store.ts";
import { RxTable } from "./rx-table.ts";
import { databaseFormat, entitySchema, listSchema, metaSchema, outboxSchema } from "./schema.ts";
import { suppressRxdbNotice } from "./suppress-rxdb-notice.ts";

/**
 * How long opening may take, milliseconds. IndexedDB can block forever while another tab upgrades the database; the
 * application then starts with rows in memory.
 */
const openTimeoutMs = 8_000;

/** Key in the meta table: the format of what is stored. */
const formatKey = "format";

export interface OpenOptions {
  /** A storage of RxDB in place of IndexedDB, for tests. */
  readonly storage?: RxStorage<unknown, unknown>;
}

/**
 * Opens the local database of that name.
 *
 * @returns a store in memory, with `storageReason`, where the browser offers no database (private windows of some
 *   browsers, disabled storage) and where a newer version of the application has used the database
 */
export async function openStore(name: string, options: OpenOptions = {}): Promise<EntityStore> {
  if (!options.storage && typeof indexedDB === "undefined") {
    return createMemoryStore(`This browser stores no data on this device (it offers no IndexedDB). ${lostOnClose}`);
  }
  const opening = resumeDeletions().then(() => openDatabase(databaseName(name), options.storage));
  try {
    return await withTimeout(opening, openTimeoutMs);
  } catch (error) {
    // If it opens later, it is not used any more. Closed, it blocks no other tab.
    opening.then((store) => store.close()).catch(() => {});
    return createMemoryStore(
      error instanceof NewerFormat
        ? error.message
        : `The data on this device could not be opened (${messageOf(error)}). ${lostOnClose} Then reload it.`,
    );
  }
}

async function openDatabase(name: string, storage: RxStorage<unknown, unknown> | undefined): Promise<EntityStore> {
  const shared = storage === undefined;
  // Rows are a cache and may lose their latest writes: "relaxed" is 15 times faster for a batch of 50 than "strict".
  const cache = storage ?? getRxStorageDexie({ chromeTransactionDurability: "relaxed" });
  // A write of the user must survive a power cut as soon as its promise has resolved.
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
  // A tab of a newer version may open the database at any time. From then on this tab must not write to it.
  meta.onChange((changes) => {
    const format = changes.find(({ id }) => id === formatKey)?.row?.value;
    if (Number(format) > databaseFormat) store.fallBack(newerFormat);
  });
  await entities.onLost(() =>
    store.fallBack(
      `The data on this device was removed by another tab or by the browser. ${lostOnClose} Then reload it.`,
    ),
  );
  return store;
}

const newerFormat =
  "A newer version of this application is in use in this browser. Changes in this tab may be lost, so reload it.";

class NewerFormat extends Error {}

/** @throws when a newer version of this code has written to the database */
async function checkFormat({ meta }: Tables): Promise<void> {
  const isNewer = (value: unknown) => Number(value ?? 0) > databaseFormat;
  const held = (await meta.read([formatKey])).get(formatKey);
  if (isNewer(held?.value)) throw new NewerFormat(newerFormat);
  const note = { id: formatKey, value: databaseFormat };
  // Written each time, because RxDB prints its notice at the first write, and here it is suppressed. The write is not
  // awaited: if it fails, the next write fails too and reports it.
  suppressRxdbNotice(() => meta.change(new Map([[formatKey, (one) => (isNewer(one?.value) ? one : note)]]))).catch(
    () => {},
  );
}

async function withTimeout<Value>(promise: Promise<Value>, timeoutMs: number): Promise<Value> {
  let handle: ReturnType<typeof setTimeout> | undefined;
  const timeout = new Promise<never>((_, reject) => {
    handle = setTimeout(() => reject(new Error("opening timed out")), timeoutMs);
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
