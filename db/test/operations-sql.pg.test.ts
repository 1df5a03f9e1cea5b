import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { createTestDatabase } from "@heliograph/server-kit/testing";
import type pg from "pg";
import { expect, test } from "vitest";

const guide = readFileSync(fileURLToPath(new URL("../../docs/operations.md", import.meta.url)), "utf8");
const blocks = [...guide.matchAll(/^```sql\n([\s\S]*?)^```$/gm)].map(([, sql = ""]) => sql);

// An operator copies them at night: each must run as it stands, on a database with the demonstration's rows.
test("every block of SQL in the operators' guide runs", async () => {
  expect(blocks.length).toBeGreaterThan(12);
  await using db = await createTestDatabase({ template: "demo" });
  const client = await db.pool.connect();
  try {
    for (const sql of blocks) {
      await client.query("begin");
      await client.query(sql).catch((cause: unknown) => {
        throw new Error(`this block of docs/operations.md fails:\n${sql}`, { cause });
      });
      await client.query("rollback");
    }
  } finally {
    client.release();
  }
});

test("on a healthy database the checks of the guide say so", async () => {
  await using db = await createTestDatabase({ template: "demo" });
  const answer = (sql: string): Promise<pg.QueryResult> => db.pool.query(sql);
  expect((await answer("select * from app.check_sync()")).rows).toEqual([]);
  const { rows } = await answer("select max(relname) as last from pg_class where relname ~ '^logging_[0-9]{8}$'");
  const inThreeDays = new Date(Date.now() + 3 * 86_400_000).toISOString().slice(0, 10).replaceAll("-", "");
  expect((rows[0] as { last: string }).last >= `logging_${inThreeDays}`).toBe(true);
});
