import { writeFile } from "node:fs/promises";
import { readDefinitions } from "./manifest.ts";
import { migrationsFolder } from "./migrate.ts";

/**
 * Writes the first migration from the current definitions. Only until the first release: from then on databases
 * exist that have applied it, and every change is a further migration.
 * @returns path of the file
 */
export async function writeInitialMigration(): Promise<string> {
  const definitions = await readDefinitions();
  const path = `${migrationsFolder}/0001_initial.sql`;
  const sections = definitions.map(({ path: name, sql }) => `-- ${name}\n\n${sql.trimEnd()}\n`);
  await writeFile(path, sections.join("\n\n"));
  return path;
}
