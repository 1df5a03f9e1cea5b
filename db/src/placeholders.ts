import type { DatabaseNames } from "@heliograph/shared/database-names";
import type pg from "pg";

/**
 * Resolves the placeholders of SQL files: `@extschema@` is the schema, quoted where that is necessary, as in PostgreSQL's
 * own extension scripts; `@roleprefix@` begins the names of the roles. Names that would need escaping are refused before
 * (see `databaseNames`).
 * @returns replaces the placeholders in a text
 */
export async function placeholderResolver(client: pg.Client, names: DatabaseNames): Promise<(sql: string) => string> {
  // The server knows its reserved words. Without needless quotes, messages and definitions stay readable.
  const { rows } = await client.query<{ schema: string }>("select quote_ident((parse_ident($1))[1]) as schema", [
    names.schema,
  ]);
  const schema = rows[0]?.schema ?? names.schema;
  return (sql) =>
    sql
      .replaceAll("@extschema@", () => schema)
      .replaceAll(
        /@roleprefix@_(app|gateway|watcher|log)\b/g,
        (_, role: keyof DatabaseNames["roles"]) => names.roles[role],
      );
}
