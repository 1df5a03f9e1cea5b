import { createTestDatabase, type TestDatabase } from "@heliograph/server-kit/testing";
import { verify } from "@node-rs/argon2";
import { expect, test } from "vitest";
import { NORTHWIND_ID } from "../suite/seed/demo-users.ts";
import { demoUsers, seedDemo } from "../suite/seed/seed-demo.ts";

/** Columns that the database sets and that differ between runs. */
const VOLATILE = ["sync_version", "updated_ts"];

/** Generous: seeding takes about 1 s on two idle cores. */
const SEED_LIMIT_MS = 20_000;

async function rowCounts(db: TestDatabase): Promise<Record<string, number>> {
  const { rows } = await db.pool.query<{ code: string; table: string }>(
    "select code, table_name::text as table from app.entity_type order by code",
  );
  const counts: Record<string, number> = {};
  for (const { code, table } of rows) {
    const { rows: found } = await db.pool.query<{ n: number }>(`select count(*)::int as n from ${table}`);
    counts[code] = found[0]?.n ?? -1;
  }
  return counts;
}

/** MD5 of the content of every table of the suite, and of persons, memberships and grants. */
async function contentHashes(db: TestDatabase): Promise<Record<string, string>> {
  const { rows } = await db.pool.query<{ table: string }>(
    "select table_name::text as table from app.entity_type order by 1",
  );
  const hashes: Record<string, string> = {};
  for (const table of rows.map((row) => row.table)) {
    const { rows: found } = await db.pool.query<{ hash: string }>(
      `select md5(string_agg((to_jsonb(t.*) - $1::text[])::text, '|' order by t.id)) as hash from ${table} t`,
      [VOLATILE],
    );
    hashes[table] = found[0]?.hash ?? "";
  }
  for (const table of ["person", "membership", "entity_grant"]) {
    const { rows: found } = await db.pool.query<{ hash: string }>(
      `select md5(string_agg((to_jsonb(t.*) - 'created_ts')::text, '|' order by (to_jsonb(t.*) - 'created_ts')::text)) as hash from app.${table} t`,
    );
    hashes[table] = found[0]?.hash ?? "";
  }
  return hashes;
}

test("two seeded databases have the same content, and seeding takes less than 20 s", async () => {
  await using first = await createTestDatabase({ template: "suite" });
  await using second = await createTestDatabase({ template: "suite" });
  const start = performance.now();
  const { users } = await seedDemo(first.url());
  expect(performance.now() - start).toBeLessThan(SEED_LIMIT_MS);
  expect(users).toEqual(demoUsers);
  await seedDemo(second.url());
  const hashes = await contentHashes(first);
  expect(Object.keys(hashes).length).toBe(31);
  expect(Object.values(hashes)).not.toContain("");
  expect(await contentHashes(second)).toEqual(hashes);
});

test("the demo database has the expected number of rows of each type", async () => {
  await using db = await createTestDatabase({ template: "demo" });
  const { organization, office, department, team, project, task, ...others } = await rowCounts(db);
  expect({ organization, office, department, team, project, task }).toEqual({
    organization: 2,
    office: 12,
    department: 24,
    team: 30,
    project: 50,
    task: 2000,
  });
  for (const [code, count] of Object.entries(others)) {
    expect(count, code).toBeGreaterThanOrEqual(190);
    expect(count, code).toBeLessThanOrEqual(500);
  }
  const { rows } = await db.pool.query<{ share: number }>(
    "select avg((organization_id = $1)::int)::float8 as share from app.task",
    [NORTHWIND_ID],
  );
  expect(rows[0]?.share).toBe(0.7);
});

test("a second seed changes nothing, also if two run concurrently", async () => {
  await using db = await createTestDatabase({ template: "suite" });
  await Promise.all([seedDemo(db.url()), seedDemo(db.url())]);
  const logged = () =>
    db.pool.query<{ n: number }>("select count(*)::int as n from app.logging").then(({ rows }) => rows[0]?.n);
  const before = await logged();
  expect(before).toBeGreaterThan(6000);
  await seedDemo(db.url());
  expect(await logged()).toBe(before);
});

test("every seeded row is pending in the log for the watcher", async () => {
  await using db = await createTestDatabase({ template: "suite" });
  await seedDemo(db.url());
  const { rows } = await db.pool.query<{ code: string; n: number }>(
    "select entity_code as code, count(*)::int as n from app.logging where action = 1 and sync_status = 'pending' group by 1",
  );
  expect(Object.fromEntries(rows.map(({ code, n }) => [code, n]))).toEqual(await rowCounts(db));
});

test("every demo user can sign in, is a member of the right organization and has an employee there", async () => {
  await using db = await createTestDatabase({ template: "demo" });
  expect(demoUsers.length).toBe(5);
  for (const user of demoUsers) {
    const { rows } = await db.pool.query<{ password_hash: string; employee: string; role: string }>(
      /* sql */ `
      select c.password_hash, e.email as employee, m.role::text as role
        from app.person p
        join app.credential c on c.person_id = p.id
        join app.membership m on m.person_id = p.id and m.organization_id = $2
        join app.employee e on e.person_id = p.id and e.organization_id = m.organization_id
       where p.id = $1 and p.email = $3`,
      [user.personId, user.organizationId, user.email],
    );
    expect(rows.length, user.email).toBe(1);
    expect(rows[0]?.employee).toBe(user.email);
    expect(rows[0]?.role).toBe(/^(alice|dave)@/.test(user.email) ? "admin" : "member");
    expect(await verify(rows[0]?.password_hash ?? "", user.password), user.email).toBe(true);
    expect(await verify(rows[0]?.password_hash ?? "", "wrong"), user.email).toBe(false);
  }
});

test("the demo data is plausible: documents add up, and no name appears twice", async () => {
  await using db = await createTestDatabase({ template: "demo" });
  const wrong = await db.pool.query(/* sql */ `
    select i.invoice_number from app.invoice i left join app.invoice_line l on l.invoice_id = i.id group by i.id having i.net_amount is distinct from sum(l.amount)
    union all
    select o.order_number from app.purchase_order o left join app.purchase_order_line l on l.purchase_order_id = o.id group by o.id having o.total_amount is distinct from sum(l.amount)
    union all
    select i.invoice_number from app.invoice i join app.payment p on p.invoice_id = i.id where i.status = 'paid' group by i.id having i.gross_amount <> sum(p.amount)
    union all
    select t.title from app.task t join app.task p on p.id = t.parent_task_id where p.project_id <> t.project_id
    union all
    select t.title from app.task t join app.milestone m on m.id = t.milestone_id where m.project_id <> t.project_id`);
  expect(wrong.rows).toEqual([]);
  for (const table of ["client", "project", "employee", "team"]) {
    const { rows } = await db.pool.query(
      `select organization_id, name from app.${table} group by 1, 2 having count(*) > 1`,
    );
    expect(rows, table).toEqual([]);
  }
});

test("no demo row was created after the base date", async () => {
  await using db = await createTestDatabase({ template: "demo" });
  const { rows: tables } = await db.pool.query<{ table: string }>(
    "select table_name::text as table from app.entity_type",
  );
  for (const { table } of tables) {
    const { rows } = await db.pool.query(`select id from ${table} where created_ts >= '2026-11-01T00:00:00Z' limit 1`);
    expect(rows, table).toEqual([]);
  }
});
