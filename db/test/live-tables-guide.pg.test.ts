import { readFileSync } from "node:fs";
import { createTestDatabase } from "@heliograph/server-kit/testing";
import { expect, test } from "vitest";

const guide = readFileSync(new URL("../../docs/live-tables.md", import.meta.url), "utf8");
const statements = [...guide.matchAll(/^```sql\n([\s\S]*?)^```$/gm)].map(([, text = ""]) => text);

test("the statements of docs/live-tables.md run in their order and lead to what the page says", async () => {
  expect(statements.length).toBeGreaterThan(7);
  await using db = await createTestDatabase({ template: "core" });
  const client = await db.pool.connect();
  try {
    for (const text of statements)
      await client.query(text).catch((cause: unknown) => {
        throw new Error(`this part of docs/live-tables.md fails:\n${text}`, { cause });
      });
  } finally {
    client.release();
  }
  const { rows: log } = await db.pool.query<{ code: string; id: string; containers: string[] }>(
    "select entity_code as code, entity_id as id, container_ids as containers from heliograph.logging order by created_ts",
  );
  const { rows: todos } = await db.pool.query<{ id: string }>("select id from todo");
  expect(log.map(({ code, id, containers }) => [code, id, containers])).toEqual([
    ["project", "1", ["tenant/north"]],
    ["todo", todos[0]?.id, ["project/1", "tenant/north"]],
    ["line", '["A/7","3"]', ["tenant/north"]],
    ["note", "1", ["tenant/5"]],
  ]);
  const address = `/api/v1/line/${encodeURIComponent('["A/7","3"]')}`;
  expect(guide).toContain(`\`${address}\``);
  expect((await db.pool.query("select * from heliograph.check_sync()")).rows).toEqual([]);
});

// Fails when an argument is added, renamed or given another default without its row in the table.
test("the page lists every argument of enable_sync", async () => {
  await using db = await createTestDatabase({ template: "core" });
  const { rows } = await db.pool.query<{ names: string[] }>(
    "select proargnames as names from pg_proc where oid = 'heliograph.enable_sync'::regproc",
  );
  const listed = [...guide.matchAll(/^\| `(\w+)` \| /gm)].map(([, name]) => name);
  expect(listed.toSorted()).toEqual(rows[0]?.names.filter((name) => name !== "table").toSorted());
});
