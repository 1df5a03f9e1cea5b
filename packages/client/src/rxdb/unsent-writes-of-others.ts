import { databaseName } from "./database-names.ts";
import { databasesOf, outboxesOf } from "./delete-database.ts";

/**
 * How many writes of others on this device nobody has sent yet: they go with the databases of those others as soon as
 * `keep` is opened. 0 where the browser does not tell which databases there are; nothing is removed there either.
 *
 * @param keep the name of the database that is about to be opened
 */
export async function unsentWritesOfOthers(keep: string): Promise<number> {
  const own = databaseName(keep);
  const others = (await databasesOf(own.slice(0, own.indexOf("-") + 1))).filter((name) => name !== own);
  const outboxes = (await Promise.all(others.map(outboxesOf))).flat();
  return (await Promise.all(outboxes.map(countWrites))).reduce((sum, count) => sum + count, 0);
}

/** Without the storage layer: it cannot open a database twice, and the page may still be letting go of this one. */
function countWrites(name: string): Promise<number> {
  return new Promise((resolve) => {
    const opening = indexedDB.open(name);
    // It is gone meanwhile: the attempt must not create it.
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
      // A write that was sent leaves a removed row behind for a moment.
      reading.onsuccess = () =>
        done(reading.result.filter((row: { _deleted?: string }) => row._deleted !== "1").length);
    };
  });
}
