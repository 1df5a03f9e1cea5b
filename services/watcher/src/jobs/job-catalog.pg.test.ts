import { randomUUID } from "node:crypto";
import { createLogger, createPool, type DatabasePool } from "@heliograph/server-kit";
import { createTestDatabase, type TestDatabase } from "@heliograph/server-kit/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createRetentionDatabase } from "../housekeeping/log-retention.ts";
import type { JobReport } from "./job.ts";
import { createJobCatalog } from "./job-catalog.ts";

const logger = createLogger("test", "silent");
let db: TestDatabase;
let pool: DatabasePool;

beforeAll(async () => {
  db = await createTestDatabase({ template: "demo" });
  pool = createPool({ url: db.url("heliograph_watcher"), names: db.names, name: "test", max: 2, logger });
});
afterAll(async () => {
  await pool.end();
  await db[Symbol.asyncDispose]();
});

function run(name: string, signal = new AbortController().signal): Promise<JobReport> {
  const retention = createRetentionDatabase({ pool, keep: { logging: 7, logging_detail: 30 } });
  const job = createJobCatalog({ pool, retention, logger }).find((one) => one.name === name);
  if (!job) throw new Error(`no job ${name}`);
  return job.run(signal);
}

const count = async (text: string): Promise<number> =>
  (await db.pool.query<{ n: number }>(`select count(*)::int as n ${text}`)).rows[0]?.n ?? -1;

test("an expired grant is deleted, and the deletion is logged", async () => {
  await db.pool.query(
    `insert into app.entity_grant (entity_code, entity_id, person_id, organization_id, expires_ts)
     select 'task', t.id, m.person_id, m.organization_id, now() + n * interval '1 hour'
       from (select id, organization_id from app.task order by id limit 1) t join app.membership m using (organization_id), (values (-1)) v (n) limit 1`,
  );
  const before = await count("from app.logging where action = 5");
  expect(await run("expire-grants")).toEqual({ deleted: 1 });
  expect(await count("from app.logging where action = 5")).toBe(before + 1);
  expect(await run("expire-grants")).toEqual({ deleted: 0 });
});

test("idempotency keys are deleted after 90 days in batches, and an aborted run stops", async () => {
  const insert = (age: string, n: number) =>
    db.pool.query(
      `insert into app.mutation (person_id, key, request_hash, entity_code, entity_id, status, created_ts)
       select gen_random_uuid(), n::text, '', 'task', gen_random_uuid(), 200, now() - $1::interval from generate_series(1, $2::int) n`,
      [age, n],
    );
  await insert("91 days", 11_000);
  await insert("89 days", 5);
  const stop = new AbortController();
  stop.abort();
  expect(await run("expire-mutations", stop.signal)).toEqual({ deleted: 0 });
  expect(await run("expire-mutations")).toEqual({ deleted: 11_000 });
  expect(await count("from app.mutation")).toBe(5);
});

test("orphaned subscriptions and grants are deleted, and broken tracked tables are counted", async () => {
  await db.pool.query(
    `insert into app.rxdb_subscription (connection_id, user_id, entity_code, entity_id, subscribed_at)
     values (gen_random_uuid(), gen_random_uuid(), 'task', gen_random_uuid(), now() - interval '1 hour')`,
  );
  await db.pool.query(
    `insert into app.entity_grant (entity_code, entity_id, person_id, organization_id, created_ts)
     select 'task', gen_random_uuid(), person_id, organization_id, now() - d * interval '1 day'
       from (select * from app.membership limit 1) m, (values (0), (2)) v (d)`,
  );
  const grants = await count("from app.entity_grant");
  expect(await run("check-orphans")).toEqual({ subscriptions: 1, grants: 1, problems: 0 });
  expect(await count("from app.entity_grant")).toBe(grants - 1);
  await db.pool.query("alter table app.task disable trigger log_task_changes_update");
  expect((await run("check-orphans"))["problems"]).toBeGreaterThan(0);
  await db.pool.query("alter table app.task enable trigger log_task_changes_update");
});

test("expired days of the audit half are dropped, those of the feed are not", async () => {
  for (const half of ["logging", "logging_detail"])
    await db.pool.query(
      `create table app.${half}_20240501 partition of app.${half} for values from ('2024-05-01 00:00+00') to ('2024-05-02 00:00+00')`,
    );
  await db.pool.query(
    `insert into app.logging (entity_code, entity_id, action, entity_version, created_ts, sync_status)
     values ('x', 'recent', 0, 0, now() - interval '2 hours', 'sent')`,
  );
  await db.pool.query("select app.note_clock()");
  expect(await run("drop-audit-days")).toEqual({ deleted: 1 });
  expect(await count("from pg_class where relname = 'logging_20240501'")).toBe(1);
  await db.pool.query("drop table app.logging_20240501");
});

test("statistics report the size of every table, with partitions counted in their parent", async () => {
  const report = await run("statistics");
  expect(report["logging"]).toBeGreaterThan(100_000);
  expect(report["task"]).toBeGreaterThan(10_000);
  expect(Object.keys(report).filter((name) => /\d{8}$/.test(name))).toEqual([]);
  expect(await count("from pg_stats where tablename = 'logging_detail' and inherited")).toBeGreaterThan(0);
});

test("erasure removes a person from accounts and log and keeps the data of others", async () => {
  const [person, marker] = [randomUUID(), `erase${randomUUID().slice(0, 8)}`];
  const organization = (await db.pool.query<{ id: string }>("select id from app.organization order by id limit 1"))
    .rows[0]?.id;
  const other = (
    await db.pool.query<{ id: string }>(
      "select person_id as id from app.membership where organization_id = $1 limit 1",
      [organization],
    )
  ).rows[0]?.id;
  await db.pool.query("insert into app.person (id, email, fname, lname) values ($1, $2, $2, $2)", [
    person,
    `${marker}@example.org`,
  ]);
  await db.pool.query("insert into app.membership (person_id, organization_id) values ($1, $2)", [
    person,
    organization,
  ]);
  await db.pool.query(
    "insert into app.mutation (person_id, key, request_hash, entity_code, entity_id, status) values ($1, $2, '', 'task', $1, 200)",
    [person, marker],
  );
  const as = async (who: string | undefined, text: string, values: unknown[]): Promise<void> => {
    const client = await db.pool.connect();
    await client.query("begin");
    await client.query("select set_config('app.actor', $1, true), set_config('app.request', $2, true)", [
      JSON.stringify({ person_id: who, fname: who === person ? marker : "Kept" }),
      JSON.stringify({ ip: "203.0.113.9", user_agent: who === person ? marker : "kept", api_endpoint: `/x?q=${who}` }),
    ]);
    try {
      await client.query(text, values);
      await client.query("commit");
    } finally {
      client.release();
    }
  };
  const employee = randomUUID();
  // A row about the person, changed by another person; and another row, changed by the person.
  await as(
    other,
    `insert into app.employee (id, organization_id, first_name, last_name, employee_number, email, job_title, person_id, phone)
     values ($1, $2, $3::text, $3::text, $3::text, $3::text || '@example.org', 'x', $4, $3::text)`,
    [employee, organization, marker.slice(0, 20), person],
  );
  await as(person, "update app.organization set name = name || '!' where id = $1", [organization]);
  // From here on neither the id nor the address in the row identifies the person, only the name does.
  await as(other, "update app.employee set person_id = null, email = 'neutral@example.org' where id = $1", [employee]);
  await as(other, "update app.employee set job_title = 'y' where id = $1", [employee]);
  // As an organization does before an erasure: its rows no longer name the person, but their history does.
  await as(other, "delete from app.employee where id = $1", [employee]);
  const traces = () =>
    count(
      `from app.logging_detail d where position('${marker}' in d::text) > 0 or d.actor::text like '%${person}%'
          or d.request::text like '%${person}%' or d.entity_from_version::text like '%${person}%' or d.entity_to_version::text like '%${person}%'`,
    );
  expect(await traces()).toBeGreaterThan(3);
  const kept = await count(
    "from app.logging_detail where entity_to_version is not null or entity_from_version is not null",
  );

  expect(await run("erase-subjects")).toEqual({ erased: 0, changed: 0 });
  await db.pool.query("select app.request_erasure($1)", [person]);
  const stop = new AbortController();
  stop.abort();
  expect((await run("erase-subjects", stop.signal))["erased"]).toBe(0);
  expect(await run("erase-subjects")).toMatchObject({ erased: 1 });
  expect(await traces()).toBe(0);
  for (const table of ["person where id", "membership where person_id", "mutation where person_id"])
    expect(await count(`from app.${table} = '${person}'`)).toBe(0);
  expect(
    (await db.pool.query("select erased_ts is not null as done, markers, entity_keys from app.erasure")).rows,
  ).toEqual([{ done: true, markers: [], entity_keys: [] }]);
  // Changes by others keep their actor, and other rows keep their history.
  expect(await count("from app.logging_detail where user_agent = 'kept' and actor ->> 'fname' = 'Kept'")).toBe(4);
  const left = await count(
    "from app.logging_detail where entity_to_version is not null or entity_from_version is not null",
  );
  expect(kept - left).toBeLessThan(8);
  expect(await run("erase-subjects")).toEqual({ erased: 0, changed: 0 });
});
