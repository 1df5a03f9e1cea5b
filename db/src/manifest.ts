import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";

/** Folder of this package; contains `core/` and `suite/`. */
export const databaseFolder = fileURLToPath(new URL("..", import.meta.url));

/** `core` is Heliograph itself; `suite` is the demonstration, installed on top of it. */
export type PartName = "core" | "suite";

/** An SQL file: its path relative to the folder of the package, and its text. */
export interface Definition {
  readonly path: string;
  readonly sql: string;
}

/** A change to databases that an earlier release installed. */
export interface Migration extends Definition {
  /** File name without extension, for example `0002_add_retry_count`. */
  readonly name: string;
  readonly checksum: string;
}

/** Everything needed to install or migrate a part. */
export interface Part {
  readonly name: PartName;
  readonly version: string;
  /** In order of creation. */
  readonly definitions: readonly Definition[];
  /** SHA-256 of all definitions. */
  readonly checksum: string;
  readonly migrations: readonly Migration[];
}

/** Folders of a part, in order of installation. */
const folders = ["tables", "functions", "triggers"];
/** File installed last, because it needs all others: the rights of the core, and the calls that make the suite's tables live. */
const lastFile: Readonly<Record<PartName, string>> = { core: "grants.sql", suite: "sync.sql" };

/** Reads the current definitions and migrations of a part. */
export async function readPart(name: PartName, folder: string = databaseFolder): Promise<Part> {
  const { version } = JSON.parse(await readFile(`${databaseFolder}/package.json`, "utf8")) as { version: string };
  const listed = await Promise.all(folders.map((inner) => sqlFiles(folder, `${name}/${inner}`)));
  const definitions = await readFiles(folder, [...listed.flat(), `${name}/${lastFile[name]}`]);
  const migrations = await readFiles(folder, await sqlFiles(folder, `${name}/migrations`));
  return partOf({ name, version, definitions, migrations });
}

/** Adds names and checksums to the definitions and migrations of a part. */
export function partOf(part: {
  readonly name: PartName;
  readonly version: string;
  readonly definitions: readonly Definition[];
  readonly migrations: readonly Definition[];
}): Part {
  return {
    ...part,
    checksum: checksumOf(part.definitions.map(({ path, sql }) => `${path}\0${sql}`).join("\0")),
    migrations: part.migrations.map(({ path, sql }) => ({
      path,
      sql,
      name: basename(path, ".sql"),
      checksum: checksumOf(sql),
    })),
  };
}

function checksumOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** Lists the SQL files of a folder by name, which is the order of creation. A missing folder counts as empty. */
async function sqlFiles(folder: string, inner: string): Promise<string[]> {
  const files = await readdir(`${folder}/${inner}`).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw error;
  });
  const found = files.filter((file) => file.endsWith(".sql")).sort();
  const misnamed = found.find((file) => !/^\d{3,4}_[a-z][a-z0-9_]*\.sql$/.test(file));
  if (misnamed !== undefined)
    throw new Error(`${inner}/${misnamed}: the file name must begin with a number, as in 012_client.sql`);
  return found.map((file) => `${inner}/${file}`);
}

function readFiles(folder: string, paths: readonly string[]): Promise<Definition[]> {
  return Promise.all(paths.map(async (path) => ({ path, sql: await readFile(`${folder}/${path}`, "utf8") })));
}
