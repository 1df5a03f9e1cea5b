import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { dumpCatalog } from "./dump.ts";
import { importFresh } from "./import-fresh.ts";
import { migrate } from "./migrate.ts";
import { withScratchDatabase } from "./scratch-database.ts";

/** The dump that reviewers read: what a change really does to the schema shows in its diff. */
export const schemaFile = fileURLToPath(new URL("../schema.sql", import.meta.url));

const header =
  "-- Dump of the schema as it is after an import; written by `npm run generate`, checked by `npm run check`.\n" +
  "-- For reading: the definitions are the files beside it.\n\n";

/**
 * Compares a fresh import, the sum of all migrations and db/schema.sql.
 * @param serverUrl any database of a server on which databases may be created
 * @returns one sentence per problem, with its remedy; empty when all three agree
 */
export async function checkSchema(serverUrl: string): Promise<string[]> {
  const fresh = await freshDump(serverUrl);
  const migrated = await withScratchDatabase(serverUrl, async (url) => {
    await migrate(url);
    return dumpCatalog(url);
  });
  const committed = await readFile(schemaFile, "utf8").catch(() => "");
  const problems: string[] = [];
  const difference = firstDifference(fresh, migrated);
  if (difference !== undefined) {
    problems.push(
      `A database made by the migrations differs from a fresh import at ${difference}. ` +
        "Write a migration that makes the same change as the definitions in db/.",
    );
  }
  const stale = firstDifference(header + fresh, committed);
  if (stale !== undefined) problems.push(`db/schema.sql is not up to date at ${stale}. Run: npm run generate`);
  return problems;
}

/** Writes db/schema.sql from a fresh import on the given server. */
export async function writeSchema(serverUrl: string): Promise<void> {
  await writeFile(schemaFile, header + (await freshDump(serverUrl)));
}

async function freshDump(serverUrl: string): Promise<string> {
  return withScratchDatabase(serverUrl, async (url) => {
    await importFresh(url);
    return dumpCatalog(url);
  });
}

/** Where two dumps part, as `"<heading>": "<line>" against "<line>"`; undefined when they are equal. */
export function firstDifference(left: string, right: string): string | undefined {
  const a = left.split("\n");
  const b = right.split("\n");
  let heading = "the beginning";
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    if (a[i] !== b[i]) return `"${heading}": "${a[i] ?? "(end)"}" against "${b[i] ?? "(end)"}"`;
    if (/^-- \d /.test(a[i] ?? "")) heading = (a[i] ?? "").slice(5);
  }
  return undefined;
}
