import { databaseName } from "./database-names.ts";
import { databasesOf, deleteDatabase } from "./delete-database.ts";

/** Databases that were to be deleted when the page was closed. In local storage, because it is written at once. */
const noteKey = "heliograph-forget";

const deleting = new Map<string, Promise<void>>();

/** Deletes a local database; a page that is closed meanwhile goes on with it when it is opened again. */
export function forgetDatabase(name: string): Promise<void> {
  const own = databaseName(name);
  const under = deleting.get(own);
  if (under !== undefined) return under;
  note([...noted(), own]);
  const work = deleteDatabase(own).finally(() => {
    note(noted().filter((one) => one !== own));
    deleting.delete(own);
  });
  deleting.set(own, work);
  return work;
}

/** Ends what was begun: nobody may open a database that somebody signed out of. */
export async function finishForgetting(): Promise<void> {
  await Promise.all(noted().map(forgetDatabase));
}

/**
 * Deletes what others have left behind: databases whose name begins as this one's does, up to its first hyphen.
 *
 * @param keep the name of the database in use
 */
export async function forgetOthers(keep: string): Promise<void> {
  const own = databaseName(keep);
  const application = own.slice(0, own.indexOf("-") + 1);
  if (application === "") return;
  const others = (await databasesOf(application)).filter((name) => name !== own);
  await Promise.all(others.map(forgetDatabase));
}

function noted(): readonly string[] {
  try {
    const names: unknown = JSON.parse(localStorage.getItem(noteKey) ?? "[]");
    return Array.isArray(names) ? names.filter((name) => typeof name === "string") : [];
  } catch {
    return []; // no local storage here, or somebody else wrote to it
  }
}

function note(names: readonly string[]): void {
  try {
    if (names.length > 0) localStorage.setItem(noteKey, JSON.stringify([...new Set(names)]));
    else localStorage.removeItem(noteKey);
  } catch {
    // Then only this page can finish it.
  }
}
