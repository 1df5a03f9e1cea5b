import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  chownSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
} from "node:fs";
import path from "node:path";
import pg from "pg";
import { cacheFolder } from "../process/cache-folder.ts";
import { repositoryRoot } from "../repository.ts";
import { initialisePostgres, type PostgresPlace, startPostgres } from "./server.ts";

/** Template databases: the core alone, the suite on top of it, and the suite with its demo data. Test files copy one of them. */
export const templateDatabase = {
  core: "heliograph_core",
  suite: "heliograph_suite",
  demo: "heliograph_demo",
} as const;

/** Settings without durability: these databases are not needed after a crash. */
export const fastSettings: Record<string, string> = {
  fsync: "off",
  synchronous_commit: "off",
  full_page_writes: "off",
  wal_level: "minimal",
  max_wal_senders: "0",
  max_connections: "400",
  min_wal_size: "2MB",
  wal_recycle: "off",
};

/** Increase this when the way in which a cache is built changes. */
const CACHE_FORMAT = 4;
/** Number of caches to keep. Each edit of db/ adds one of about 60 MB. */
const KEPT_CACHES = 4;
const PREFIX = "templates-";

/** URL of a database on the socket in this folder. The host is unused, but a URL must have one. */
export function socketUrl(socketFolder: string, database: string): string {
  return `postgresql://postgres@localhost/${database}?host=${encodeURIComponent(socketFolder)}`;
}

/**
 * Hash of everything that the content of the templates depends on. The day is included because log partitions are created for
 * the coming days: a template from last month has none for today.
 */
function contentKey(version: string): string {
  const hash = createHash("sha256").update(`${CACHE_FORMAT} ${version} ${new Date().toISOString().slice(0, 10)}`);
  const files = globSync("{db,packages/shared/src}/**/*.{ts,sql,json}", {
    cwd: repositoryRoot,
    exclude: ["**/node_modules/**", "**/*.test.ts"],
  });
  for (const file of files.sort()) hash.update(`\0${file}\0`).update(readFileSync(path.join(repositoryRoot, file)));
  return hash.digest("hex").slice(0, 24);
}

function own(place: PostgresPlace, ...folders: string[]): void {
  for (const folder of folders) if (place.account) chownSync(folder, place.account.uid, place.account.gid);
}

/** A private folder for one server: `<folder>/data`, and `<folder>/s` for its socket (short: socket paths are limited to 107 bytes). */
export function makeServerFolder(prefix: string): { folder: string; dataDirectory: string; socketFolder: string } {
  const folder = mkdtempSync(prefix);
  chmodSync(folder, 0o755);
  const [dataDirectory, socketFolder] = [path.join(folder, "data"), path.join(folder, "s")];
  for (const made of [dataDirectory, socketFolder]) mkdirSync(made, { mode: 0o700 });
  return { folder, dataDirectory, socketFolder };
}

/** Builds the templates on a running server. Returns the error of a failed build, or null. */
async function fillTemplates(socketFolder: string): Promise<unknown> {
  const client = new pg.Client(socketUrl(socketFolder, "postgres"));
  await client.connect();
  try {
    const { defaultNames, migrate, seedDemo, suiteNames } = await import("@heliograph/db");
    await client.query(`create database ${templateDatabase.core}`);
    await migrate(socketUrl(socketFolder, templateDatabase.core), { names: defaultNames });
    await client.query(`create database ${templateDatabase.suite}`);
    await migrate(socketUrl(socketFolder, templateDatabase.suite), { names: suiteNames, suite: true });
    await client.query(`create database ${templateDatabase.demo} template ${templateDatabase.suite}`);
    await seedDemo(socketUrl(socketFolder, templateDatabase.demo));
    return null;
  } catch (error) {
    return error;
  } finally {
    await client.end();
  }
}

function deleteOldCaches(cache: string): void {
  // Zero if another run has deleted it meanwhile.
  const changedAt = (name: string): number => statSync(name, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const caches = readdirSync(cache)
    .filter((name) => name.startsWith(PREFIX))
    .map((name) => path.join(cache, name))
    .sort((a, b) => changedAt(b) - changedAt(a));
  for (const old of caches.slice(KEPT_CACHES)) {
    // Renamed first: a run that copies this cache sees from the missing name that its copy may lack files.
    const doomed = `${old}.deleted-${process.pid}`;
    try {
      renameSync(old, doomed);
    } catch {
      continue;
    }
    rmSync(doomed, { recursive: true, force: true });
  }
}

/** Copies the cache. Returns false when there is none, or when another run deleted it during the copy. */
function copyCache(cached: string, place: PostgresPlace): boolean {
  if (!existsSync(cached)) return false;
  try {
    utimesSync(cached, new Date(), new Date());
    execFileSync("cp", ["-Rp", `${cached}/.`, place.dataDirectory], { stdio: "pipe" });
    if (existsSync(cached)) return true;
  } catch (error) {
    if (existsSync(cached)) throw error;
  }
  rmSync(place.dataDirectory, { recursive: true });
  mkdirSync(place.dataDirectory, { mode: 0o700 });
  return false;
}

/** Saves the data directory as a cache. When two runs build the same cache, the slower one discards its copy. */
function saveCache(dataDirectory: string, cached: string): void {
  const copy = mkdtempSync(`${cached}.`);
  execFileSync("cp", ["-Rp", `${dataDirectory}/.`, copy]);
  try {
    renameSync(copy, cached);
  } catch {
    rmSync(copy, { recursive: true, force: true });
  }
  deleteOldCaches(path.dirname(cached));
}

/**
 * Fills `place.dataDirectory` with a data directory that has the templates: copied from the cache when db/ is unchanged, else
 * built. Returns the error of a failed build, or null. It does not throw, because a broken migration must not hide the results
 * of tests that need no database. Failed builds are not cached.
 */
export async function provideTemplates(place: PostgresPlace, socketFolder: string): Promise<unknown> {
  const cache = cacheFolder();
  const cached = path.join(cache, `${PREFIX}${contentKey(place.binaries.version)}`);
  own(place, socketFolder);
  if (copyCache(cached, place)) {
    chmodSync(place.dataDirectory, 0o700);
    own(place, place.dataDirectory);
    return null;
  }
  own(place, place.dataDirectory);
  // Small WAL segments: with the default size every run would copy 64 MB at its start.
  await initialisePostgres(place, null, ["--wal-segsize=1"]);
  const server = await startPostgres(place, { listen: { socketFolder }, settings: fastSettings });
  const failure = await fillTemplates(socketFolder).finally(() => server.stop());
  if (failure === null) saveCache(place.dataDirectory, cached);
  return failure;
}
