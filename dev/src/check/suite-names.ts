import { globSync, readFileSync } from "node:fs";
import path from "node:path";

/** What an adopter installs. None of it may know a table of the demonstration. */
const productFiles = ["db/core/**/*.sql", "{services,packages}/*/src/**/*.{ts,tsx}"];
const notProduct = ["**/node_modules/**", "**/*.test.{ts,tsx}", "**/testing/**", "db/core/schema.sql"];

/** Names of the suite's tables, from the names of their files. */
function suiteTables(root: string): string[] {
  return globSync("db/suite/tables/*.sql", { cwd: root }).map((file) => path.basename(file, ".sql").slice(4));
}

/** Uses of the tables in a text, qualified by a schema as every statement of the product is: `@extschema@.task`. */
export function tablesNamedIn(text: string, tables: readonly string[]): string[] {
  const qualified = new RegExp(
    String.raw`(?:@extschema@|\bapp|\bheliograph|schema\})\.(${tables.join("|")})\b(?!\()`,
    "g",
  );
  return [...new Set([...text.matchAll(qualified)].map(([, table = ""]) => table))];
}

/** A sentence for each file of the product that names a table of the suite. */
export function suiteNamesInProduct(root: string): string[] {
  const tables = suiteTables(root);
  return globSync(productFiles, { cwd: root, exclude: notProduct })
    .sort()
    .flatMap((file) => {
      const named = tablesNamedIn(readFileSync(path.join(root, file), "utf8"), tables);
      return named.map((table) => `${file} names ${table}, a table of the suite`);
    });
}
