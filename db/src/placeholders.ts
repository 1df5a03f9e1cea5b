import type { DatabaseNames } from "@heliograph/shared/database-names";
import type pg from "pg";

/**
 * Creates a function that replaces the placeholders in SQL files: `@extschema@` with the schema, quoted if necessary, as in
 * PostgreSQL's extension scripts; `@roleprefix@` with the prefix of the role names. `databaseNames` rejects names that would
 * need escaping.
 */
export async function placeholderResolver(client: pg.Client, names: DatabaseNames): Promise<(sql: string) => string> {
  // The server decides whether quotes are necessary, because it knows its reserved words. Needless quotes would make
  // messages and definitions harder to read.
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
