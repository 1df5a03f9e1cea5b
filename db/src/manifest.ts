import { readdir, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

/** Folder of the current definitions (the .ddl files, functions/, triggers/). */
export const definitionsFolder = fileURLToPath(new URL("..", import.meta.url));

/** One file of the schema: its path below db/ and its text. */
export interface Definition {
  readonly path: string;
  readonly sql: string;
}

/**
 * The current definitions in the order of their import: tables by their roman number, then functions, triggers,
 * rights, and last the calls that make tables live, which need all of it.
 */
export async function readDefinitions(folder: string = definitionsFolder): Promise<Definition[]> {
  const tables = (await readdir(folder))
    .filter((name) => name.endsWith(".ddl"))
    .sort((a, b) => romanNumber(a) - romanNumber(b));
  const functions = await sqlFiles(folder, "functions");
  const triggers = await sqlFiles(folder, "triggers");
  const paths = [...tables, ...functions, ...triggers, "grants.sql", "sync.sql", "finish.sql"];
  return Promise.all(paths.map(async (path) => ({ path, sql: await readFile(`${folder}/${path}`, "utf8") })));
}

async function sqlFiles(folder: string, name: string): Promise<string[]> {
  const files = await readdir(`${folder}/${name}`);
  return files
    .filter((file) => file.endsWith(".sql"))
    .sort()
    .map((file) => `${name}/${file}`);
}

const digits: Readonly<Record<string, number>> = { I: 1, V: 5, X: 10, L: 50, C: 100 };

/** The number that a file name such as `XIV_client.ddl` begins with. */
export function romanNumber(fileName: string): number {
  const roman = /^([IVXLC]+)_/.exec(fileName)?.[1];
  if (roman === undefined)
    throw new Error(`${fileName}: a table file begins with a roman number, as in XIV_client.ddl`);
  const values = [...roman].map((digit) => digits[digit] ?? 0);
  return values.reduce((sum, value, i) => sum + (value < (values[i + 1] ?? 0) ? -value : value), 0);
}
