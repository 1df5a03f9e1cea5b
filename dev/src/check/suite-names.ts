import { globSync, readFileSync } from "node:fs";
import path from "node:path";

/** The files that an adopter installs. They must not name a table of the demonstration. */
const productFiles = ["db/core/**/*.sql", "{services,packages}/*/src/**/*.{ts,tsx}"];
const notProduct = ["**/node_modules/**", "**/*.test.{ts,tsx}", "**/testing/**", "db/core/schema.sql"];

/** Names of the suite's tables, from the names of their files. */
function suiteTables(root: string): string[] {
  return globSync("db/suite/tables/*.sql", { cwd: root }).map((file) => path.basename(file, ".sql").slice(4));
}

/** The tables that a text names with a schema, as every statement of the product does: `@extschema@.task`. */
export function tablesNamedIn(text: string, tables: readonly string[]): string[] {
  const qualified = new RegExp(
    String.raw`(?:@extschema@|\bapp|\bheliograph|schema\})\.(${tables.join("|")})\b(?!\()`,
    "g",
  );
  return [...new Set([...text.matchAll(qualified)].map(([, table = ""]) => table))];
}

/** One sentence for each table of the suite that a file of the product names. */
export function suiteNamesInProduct(root: string): string[] {
  const tables = suiteTables(root);
  return globSync(productFiles, { cwd: root, exclude: notProduct })
    .sort()
    .flatMap((file) => {
      const named = tablesNamedIn(readFileSync(path.join(root, file), "utf8"), tables);
      return named.map((table) => `${file} names ${table}, a table of the suite`);
    });
}
