import type pg from "pg";

/** Changes rows in one statement, as an import does. Answers their new versions in the order of the rows. */
export async function changeRows(pool: pg.Pool, ids: readonly string[], text: string): Promise<number[]> {
  const { rows } = await pool.query<{ id: string; version: number }>({
    name: "change-rows",
    text: "update app.task set description = $2 where id = any($1::uuid[]) returning id, version::float8 as version",
    values: [ids, text],
  });
  const versions = new Map(rows.map(({ id, version }) => [id, version]));
  return ids.map((id) => versions.get(id) ?? 0);
}
