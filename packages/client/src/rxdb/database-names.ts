/** Prefix of the IndexedDB databases that RxDB's Dexie storage creates, one for each table. */
const prefix = "rxdb-dexie-";

/** The name of a local database in IndexedDB. It has no double hyphens, because RxDB separates parts of names by them. */
export function databaseName(name: string): string {
  return name
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]/g, "-")
    .replaceAll(/-{2,}/g, "-");
}

/** The name of the IndexedDB database of one table. */
export function tableDatabaseName(name: string, version: number, table: string): string {
  return `${prefix}${databaseName(name)}--${version}--${table}`;
}

/** The IndexedDB databases that exist for one local database. Empty where the browser cannot list databases. */
export async function existingTablesOf(name: string): Promise<readonly string[]> {
  const own = `${prefix}${databaseName(name)}--`;
  return (await existingNames()).filter((one) => one.startsWith(own));
}

/** The IndexedDB databases that hold the unsent writes of one local database. */
export async function existingOutboxesOf(name: string): Promise<readonly string[]> {
  return (await existingTablesOf(name)).filter((one) => one.endsWith("--outbox"));
}

/**
 * The local databases of other users of the same application: those whose name has the same beginning up to the first
 * hyphen. Empty for a name without a hyphen, and where the browser cannot list databases.
 */
export async function otherDatabases(name: string): Promise<readonly string[]> {
  const own = databaseName(name);
  const application = own.slice(0, own.indexOf("-") + 1);
  if (application === "") return [];
  const found = (await existingNames()).filter((one) => one.startsWith(`${prefix}${application}`));
  const names = new Set(found.map((one) => one.slice(prefix.length).split("--")[0] ?? ""));
  return [...names].filter((one) => one !== own);
}

async function existingNames(): Promise<readonly string[]> {
  if (typeof indexedDB === "undefined" || !indexedDB.databases) return [];
  const found = await indexedDB.databases().catch(() => []);
  return found.flatMap(({ name }) => name ?? []);
}
