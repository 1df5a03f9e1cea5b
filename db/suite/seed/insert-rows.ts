import { must } from "@heliograph/shared/must";
import pg from "pg";
import type { Row } from "./company.ts";

/**
 * Inserts all rows of a table of schema app in one statement, so that the change triggers run once and not once per row.
 * Writes only the columns that the rows contain; the database sets defaults and computed columns.
 */
export async function insertRows(client: pg.Client, table: string, rows: readonly Row[]): Promise<void> {
  const columns = Object.keys(must(rows[0], `rows for ${table}`));
  const list = columns.map((column) => pg.escapeIdentifier(column)).join(", ");
  const name = `app.${pg.escapeIdentifier(table)}`;
  await client.query(
    /* sql */ `insert into ${name} (${list}) select ${list} from jsonb_populate_recordset(null::${name}, $1::jsonb)`,
    [JSON.stringify(rows)],
  );
}
