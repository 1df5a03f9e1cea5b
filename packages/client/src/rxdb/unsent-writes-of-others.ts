import { existingOutboxesOf, otherDatabases } from "./database-names.ts";

/**
 * Counts the unsent writes of other users on this device. They are deleted with the databases of those users as soon as
 * `keep` is opened, so applications can warn before. 0 where the browser cannot list databases; nothing is deleted there.
 *
 * @param keep name of the database that is about to be opened
 */
export async function unsentWritesOfOthers(keep: string): Promise<number> {
  const others = await otherDatabases(keep);
  const outboxes = (await Promise.all(others.map(existingOutboxesOf))).flat();
  return (await Promise.all(outboxes.map(countWrites))).reduce((sum, count) => sum + count, 0);
}

/** Reads IndexedDB directly, because RxDB cannot open a database twice and the page may still be closing this one. */
function countWrites(name: string): Promise<number> {
  return new Promise((resolve) => {
    const opening = indexedDB.open(name);
    // The database was deleted meanwhile; opening must not create it.
    opening.onupgradeneeded = () => opening.transaction?.abort();
    opening.onerror = () => resolve(0);
    opening.onsuccess = () => {
      const database = opening.result;
      const done = (count: number) => {
        database.close();
        resolve(count);
      };
      if (!database.objectStoreNames.contains("docs")) return done(0);
      const reading = database.transaction("docs").objectStore("docs").getAll();
      reading.onerror = () => done(0);
      // A write that was sent stays for a moment as a removed document.
      reading.onsuccess = () =>
        done(reading.result.filter((row: { _deleted?: string }) => row._deleted !== "1").length);
    };
  });
}
