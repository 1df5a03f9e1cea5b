import type pg from "pg";

/** Changes rows in one statement, as an import does. */
export async function changeRows(pool: pg.Pool, ids: readonly string[], text: string): Promise<void> {
  await pool.query({
    name: "change-rows",
    text: "update app.task set description = $2 where id = any($1::uuid[])",
    values: [ids, text],
  });
}
