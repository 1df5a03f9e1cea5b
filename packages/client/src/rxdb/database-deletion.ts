import { databaseName, existingTablesOf, otherDatabases, tableDatabaseName } from "./database-names.ts";
import { tableVersion } from "./schema.ts";

/** Deletions in progress, in local storage because that is written synchronously. A closed page resumes them. */
const pendingKey = "heliograph-forget";
const tables = ["entities", "outbox", "lists", "meta"];
/** How long deletion waits for a transaction or connection of another tab before it continues, milliseconds. */
const stepTimeoutMs = 3_000;

const deleting = new Map<string, Promise<void>>();

/**
 * Deletes a local database. First its content is cleared, which no tab can block that merely has it open, frozen or not.
 * Then the database itself is deleted, as soon as all tabs have closed it. If the page is closed meanwhile,
 * `resumeDeletions` finishes the work when it is opened again.
 */
export function deleteDatabase(name: string): Promise<void> {
  const own = databaseName(name);
  const running = deleting.get(own);
  if (running !== undefined) return running;
  setPending([...pending(), own]);
  const work = wipe(own).finally(() => {
    setPending(pending().filter((one) => one !== own));
    deleting.delete(own);
  });
  deleting.set(own, work);
  return work;
}

/** Finishes interrupted deletions, so that no page opens the database of a user who signed out. */
export async function resumeDeletions(): Promise<void> {
  await Promise.all(pending().map(deleteDatabase));
}

/** Deletes the databases of other users of this application; see `otherDatabases`. */
export async function deleteOtherDatabases(keep: string): Promise<void> {
  await Promise.all((await otherDatabases(keep)).map(deleteDatabase));
}

function pending(): readonly string[] {
  try {
    const names: unknown = JSON.parse(localStorage.getItem(pendingKey) ?? "[]");
    return Array.isArray(names) ? names.filter((name) => typeof name === "string") : [];
  } catch {
    return []; // there is no local storage, or another program wrote to this key
  }
}

function setPending(names: readonly string[]): void {
  try {
    if (names.length > 0) localStorage.setItem(pendingKey, JSON.stringify([...new Set(names)]));
    else localStorage.removeItem(pendingKey);
  } catch {
    // Without local storage only this page can finish the deletion.
  }
}

async function wipe(name: string): Promise<void> {
  if (typeof indexedDB === "undefined") return;
  const existing = await existingTablesOf(name);
  const all = existing.length > 0 ? existing : tables.map((table) => tableDatabaseName(name, tableVersion, table));
  await Promise.all(
    all.map(async (table) => {
      await withTimeout(clear(table));
      await withTimeout(remove(table));
    }),
  );
}

function clear(name: string): Promise<void> {
  return new Promise((resolve) => {
    const opening = indexedDB.open(name);
    // The database does not exist; opening must not create it.
    opening.onupgradeneeded = () => opening.transaction?.abort();
    opening.onerror = () => resolve();
    opening.onsuccess = () => {
      const database = opening.result;
      const done = () => {
        database.close();
        resolve();
      };
      // Another tab deletes the database too.
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
    const deletion = indexedDB.deleteDatabase(name);
    // "blocked": the database is empty already, and is deleted when the last tab closes it.
    for (const event of ["success", "error", "blocked"]) deletion.addEventListener(event, () => resolve());
  });
}

function withTimeout(work: Promise<void>): Promise<void> {
  let handle: ReturnType<typeof setTimeout> | undefined;
  const timeout = new Promise<void>((resolve) => {
    handle = setTimeout(resolve, stepTimeoutMs);
  });
  return Promise.race([work, timeout]).finally(() => clearTimeout(handle));
}
