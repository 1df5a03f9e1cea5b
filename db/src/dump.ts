import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { DatabaseNames } from "@heliograph/shared/database-names";
import { withClient } from "./database/connection.ts";
import { placeholderResolver } from "./placeholders.ts";

const dumpQuery = fileURLToPath(new URL("dump.sql", import.meta.url));

/**
 * Dumps the schema as readable text in a fixed order, from the system catalogs alone. Two databases with the same dump
 * behave the same. The dump omits daily partitions, which differ by date, and the name of the owner.
 */
export async function dumpCatalog(databaseUrl: string, names: DatabaseNames): Promise<string> {
  const sql = await readFile(dumpQuery, "utf8");
  return withClient(databaseUrl, async (client) => {
    // PostgreSQL prints the schema with a name only if the schema is not on the search path.
    await client.query("set search_path = pg_catalog");
    // Settings of the database or the role that change how PostgreSQL prints names, intervals and times.
    await client.query("set quote_all_identifiers = off; set intervalstyle = postgres; set datestyle = iso");
    const { rows } = await client.query<{ section: string; object: string; line: string }>(
      (await placeholderResolver(client, names))(sql),
    );
    const lines: string[] = [];
    let heading = "";
    for (const { section, object, line } of rows) {
      const next = `-- ${section}: ${object}`;
      if (next !== heading) {
        if (heading !== "") lines.push("");
        lines.push(next);
        heading = next;
      }
      lines.push(line.trimEnd());
    }
    return `${lines.join("\n")}\n`;
  });
}
