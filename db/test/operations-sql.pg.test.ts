import { createTestDatabase } from "@heliograph/server-kit/testing";
import type pg from "pg";
import { expect, test } from "vitest";
import { guide, inlineSql, sqlBlocks } from "./support/operations-guide.ts";

/** Replaces the placeholders of the guide, as an operator would, with the ids of a person and a row. */
async function filled(sql: string, pool: pg.Pool): Promise<string> {
  const { rows } = await pool.query<{ person: string; project: string }>(
    "select (select min(id::text) from app.person) as person, (select min(id::text) from app.project) as project",
  );
  const text = sql.replaceAll("<person id>", rows[0]?.person ?? "").replaceAll("'…'", `'${rows[0]?.project}'`);
  expect(text).not.toMatch(/<[a-z ]+>|…/);
  return text;
}

// Operators copy the statements during incidents, so each must run as written. Uses the demo database, which has rows.
test("every SQL block and every inline statement in the operations guide runs", async () => {
  expect(sqlBlocks.length).toBeGreaterThan(15);
  expect(inlineSql.length).toBeGreaterThan(8);
  expect(inlineSql).toEqual(
    expect.arrayContaining(["select app.resync('invoice')", "select * from app.job", "select app.expire_grants()"]),
  );
  // Statements in indented blocks would be in neither list.
  expect(guide).not.toMatch(/^ {4}(?:select|update|delete|insert|truncate) /m);
  await using db = await createTestDatabase({ template: "demo" });
  const client = await db.pool.connect();
  try {
    for (const text of [...sqlBlocks, ...inlineSql]) {
      const sql = await filled(text, db.pool);
      await client.query("begin");
      await client.query(sql).catch((cause: unknown) => {
        throw new Error(`this part of docs/operations.md fails:\n${sql}`, { cause });
      });
      await client.query("rollback");
    }
  } finally {
    client.release();
  }
});

test("the checks of the operations guide pass on a healthy database", async () => {
  await using db = await createTestDatabase({ template: "demo" });
  const answer = (sql: string): Promise<pg.QueryResult> => db.pool.query(sql);
  expect((await answer("select * from app.check_sync()")).rows).toEqual([]);
  const { rows } = await answer("select max(relname) as last from pg_class where relname ~ '^logging_[0-9]{8}$'");
  const inThreeDays = new Date(Date.now() + 3 * 86_400_000).toISOString().slice(0, 10).replaceAll("-", "");
  expect((rows[0] as { last: string }).last >= `logging_${inThreeDays}`).toBe(true);
});
