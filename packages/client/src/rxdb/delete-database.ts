import { databaseName } from "./database-names.ts";
import { tableVersion } from "./schema.ts";

/** How RxDB's Dexie storage calls the IndexedDB databases of one of its databases. */
const prefix = "rxdb-dexie-";
const tables = ["entities", "outbox", "lists", "meta"];
/** Another tab that is in the middle of something has this long before we go on without waiting for it. */
const patienceMs = 3_000;

/**
 * Removes a local database, so that nothing of it can be read any more. Its content goes first, in a way that no tab can
 * hold up which merely has it open, frozen or not; then the database itself, as soon as all tabs let go of it.
 */
export async function deleteDatabase(name: string): Promise<void> {
  if (typeof indexedDB === "undefined") return;
  const own = `${prefix}${databaseName(name)}--`;
  const existing = (await existingNames()).filter((one) => one.startsWith(own));
  const all = existing.length > 0 ? existing : tables.map((table) => `${own}${tableVersion}--${table}`);
  await Promise.all(all.map(wipe));
}

/** Names, as given to `openStore`, of all local databases that begin so. Empty where the browser does not tell. */
export async function databasesOf(application: string): Promise<readonly string[]> {
  const own = `${prefix}${databaseName(application)}`;
  const found = (await existingNames()).filter((one) => one.startsWith(own));
  return [...new Set(found.map((one) => one.slice(prefix.length).split("--")[0] ?? ""))];
}

/** The IndexedDB databases that hold what was not sent of one of them. */
export async function outboxesOf(name: string): Promise<readonly string[]> {
  const found = await existingNames();
  return found.filter((one) => one.startsWith(`${prefix}${databaseName(name)}--`) && one.endsWith("--outbox"));
}

async function existingNames(): Promise<readonly string[]> {
  if (typeof indexedDB === "undefined" || !indexedDB.databases) return [];
  const found = await indexedDB.databases().catch(() => []);
  return found.flatMap(({ name }) => name ?? []);
}

async function wipe(name: string): Promise<void> {
  await within(patienceMs, clear(name));
  await within(patienceMs, remove(name));
}

function clear(name: string): Promise<void> {
  return new Promise((resolve) => {
    const opening = indexedDB.open(name);
    // It did not exist: the attempt must not create it.
    opening.onupgradeneeded = () => opening.transaction?.abort();
    opening.onerror = () => resolve();
    opening.onsuccess = () => {
      const database = opening.result;
      const done = () => {
        database.close();
        resolve();
      };
      // Another tab deletes it as well.
      database.onversionchange = done;
      const stores = [...database.objectStoreNames];
      if (stores.length === 0) return done();
      const transaction = database.transaction(stores, "readwrite", { durability: "strict" });
      for (const store of stores) transaction.objectStore(store).clear();
      transaction.oncomplete = done;
      transaction.onabort = done;
    };
  });
}

function remove(name: string): Promise<void> {
  return new Promise((resolve) => {
    const deleting = indexedDB.deleteDatabase(name);
    // Blocked: it is empty already, and goes when the last tab lets go of it.
    for (const event of ["success", "error", "blocked"]) deleting.addEventListener(event, () => resolve());
  });
}

function within(ms: number, work: Promise<void>): Promise<void> {
  let handle: ReturnType<typeof setTimeout> | undefined;
  const patience = new Promise<void>((resolve) => {
    handle = setTimeout(resolve, ms);
  });
  return Promise.race([work, patience]).finally(() => clearTimeout(handle));
}
