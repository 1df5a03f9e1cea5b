import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { DatabaseNames } from "@heliograph/shared/database-names";
import { withClient } from "./database/connection.ts";
import { placeholderResolver } from "./placeholders.ts";

const dumpQuery = fileURLToPath(new URL("dump.sql", import.meta.url));

/**
 * Everything that the schema consists of, as readable text in a fixed order, from the catalog alone. Two
 * databases with the same dump behave the same; daily partitions, which differ by date, and the name of the owner
 * are left out.
 */
export async function dumpCatalog(databaseUrl: string, names: DatabaseNames): Promise<string> {
  const sql = await readFile(dumpQuery, "utf8");
  return withClient(databaseUrl, async (client) => {
    // Names are printed in full when their schema is not on the path.
    await client.query("set search_path = pg_catalog");
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
