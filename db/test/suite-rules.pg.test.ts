import { createTestDatabase, type TestDatabase } from "@heliograph/server-kit/testing";
import type pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { demoId } from "../suite/seed/demo-id.ts";
import { CONTOSO_ID, demoAccounts, NORTHWIND_ID } from "../suite/seed/demo-users.ts";

let db: TestDatabase;

beforeAll(async () => {
  db = await createTestDatabase({ template: "demo" });
});

afterAll(async () => {
  await db[Symbol.asyncDispose]();
});

/** Runs `work` as a demo user, like the gateway, and rolls the transaction back. */
async function as<T>(firstName: string, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const account = demoAccounts.find((candidate) => candidate.fname === firstName);
  const client = await db.pool.connect();
  try {
    await client.query("begin");
    await client.query(
      "select set_config('role', 'heliograph_app', true), set_config('app.person_id', $1, true), set_config('app.organization_id', $2, true)",
      [account?.personId, account?.organizationId],
    );
    return await work(client);
  } finally {
    await client.query("rollback");
    client.release();
  }
}

async function count(client: pg.PoolClient | pg.Pool, sql: string, values: unknown[] = []): Promise<number> {
  const { rows } = await client.query<{ n: number }>(`select count(*)::int as n from ${sql}`, values);
  return rows[0]?.n ?? -1;
}

test("members read only their own organization; no user inserts or deletes one", async () => {
  const names = (client: pg.PoolClient) => client.query("select name from app.organization").then(({ rows }) => rows);
  expect(await as("Bob", names)).toEqual([{ name: "Northwind" }]);
  expect(await as("Dave", names)).toEqual([{ name: "Contoso" }]);
  const insert = as("Alice", (client) => client.query("insert into app.organization (name) values ('Fabrikam')"));
  await expect(insert).rejects.toMatchObject({ code: "42501" });
  const remove = as("Alice", (client) => client.query("delete from app.organization where id = $1", [NORTHWIND_ID]));
  await expect(remove).rejects.toMatchObject({ code: "42501" });
});

test("only an administrator can rename an organization, and only their own", async () => {
  const rename = (id: string) => (client: pg.PoolClient) =>
    client.query("update app.organization set name = 'Renamed' where id = $1", [id]).then(({ rowCount }) => rowCount);
  expect(await as("Alice", rename(NORTHWIND_ID))).toBe(1);
  expect(await as("Bob", rename(NORTHWIND_ID))).toBe(0);
  expect(await as("Alice", rename(CONTOSO_ID))).toBe(0);
});

test("a row cannot refer to a row of another organization", async () => {
  const foreign = await db.pool.query<{ id: string }>(
    "select id from app.employee where organization_id = $1 limit 1",
    [CONTOSO_ID],
  );
  const assign = as("Alice", (client) =>
    client.query("update app.project set manager_id = $1 where id = $2", [foreign.rows[0]?.id, demoId("project", 1)]),
  );
  await expect(assign).rejects.toMatchObject({ code: "23503" });
});

test("an employee can be linked only to a member of the same organization", async () => {
  const dave = demoAccounts.find((account) => account.fname === "Dave");
  const tie = as("Alice", (client) =>
    client.query("update app.employee set person_id = $1 where id = $2", [dave?.personId, demoId("employee", 9)]),
  );
  await expect(tie).rejects.toMatchObject({ code: "23503" });
});

test("private rows: administrator Alice sees all, Bob those with a grant, Carol none", async () => {
  for (const table of ["project", "milestone", "task", "opportunity", "document", "contract", "expense", "ticket"]) {
    const hidden = (client: pg.PoolClient) => count(client, `app.${table} where is_private`);
    const all = await count(db.pool, `app.${table} where is_private and organization_id = $1`, [NORTHWIND_ID]);
    const granted = await count(db.pool, "app.entity_grant where entity_code = $1", [table]);
    expect(granted, table).toBeGreaterThan(0);
    expect(all, table).toBeGreaterThan(granted);
    expect(await as("Alice", hidden), table).toBe(all);
    expect(await as("Bob", hidden), table).toBe(granted);
    expect(await as("Carol", hidden), table).toBe(0);
  }
});

test("members can save every row that they can read, because no row refers to a hidden one", async () => {
  const { rows } = await db.pool.query<{ code: string }>(
    "select code from app.entity_type where code <> 'organization' order by code",
  );
  for (const name of ["Bob", "Carol", "Erin"]) {
    for (const { code } of rows) {
      // Sets a column to its current value; the policies are checked anyway.
      const saved = await as(name, async (client) => {
        const readable = await count(client, `app.${code}`);
        const { rowCount } = await client.query(`update app.${code} set created_ts = created_ts`);
        return { readable, rowCount };
      });
      expect(saved.rowCount, `${code} as ${name}`).toBe(saved.readable);
    }
  }
});

test("deleting a project deletes its parts and detaches the rest", async () => {
  const client = await db.pool.connect();
  try {
    await client.query("begin");
    const project = demoId("project", 3);
    const documents = await count(client, "app.document where project_id = $1", [project]);
    expect(documents).toBeGreaterThan(0);
    const loose = await count(client, "app.document where project_id is null");
    const comments = await count(client, "app.task_comment");
    await client.query("delete from app.project where id = $1", [project]);
    expect(await count(client, "app.task where project_id = $1", [project])).toBe(0);
    expect(await count(client, "app.milestone where project_id = $1", [project])).toBe(0);
    expect(await count(client, "app.task_comment")).toBeLessThan(comments);
    expect(await count(client, "app.document where project_id is null")).toBe(loose + documents);
  } finally {
    await client.query("rollback");
    client.release();
  }
});

test.each([
  ["negative money", "update app.invoice set net_amount = -1 where id = $1", "invoice"],
  [
    "an end before its start",
    "update app.project set start_on = '2027-01-01', end_on = '2026-01-01' where id = $1",
    "project",
  ],
  ["a malformed email", "update app.contact set email = 'not an address' where id = $1", "contact"],
  ["an empty title", "update app.task set title = '   ' where id = $1", "task"],
  ["a task that is its own parent", "update app.task set parent_task_id = id where id = $1", "task"],
  ["a meeting that ends before it starts", "update app.meeting set ends_ts = starts_ts where id = $1", "meeting"],
  ["a malformed currency", "update app.quote set currency = 'eur' where id = $1", "quote"],
])("rejected: %s", async (_, sql, entity) => {
  await expect(db.pool.query(sql, [demoId(entity, 1)])).rejects.toMatchObject({ code: "23514" });
});
