import { createTestDatabase, type TestDatabase } from "@heliograph/server-kit/testing";
import { expect, test } from "vitest";
import { openSession } from "./support/session.ts";
import { lead } from "./support/watcher.ts";

/** The daily partitions. */
const partitions = async ({ pool }: TestDatabase, parent: string): Promise<{ name: string; bounds: string }[]> => {
  const { rows } = await pool.query<{ name: string; bounds: string }>(
    `select c.relname as name, pg_get_expr(c.relpartbound, c.oid) as bounds
       from pg_inherits i join pg_class c on c.oid = i.inhrelid
      where i.inhparent = $1::regclass and c.relname !~ 'overflow' order by c.relname`,
    [`app.${parent}`],
  );
  return rows;
};

test("there are partitions for yesterday, today and each of the next 14 days, and no default partition", async () => {
  await using db = await createTestDatabase({ template: "suite" });
  for (const parent of ["logging", "logging_detail"]) {
    const found = await partitions(db, parent);
    expect(found).toHaveLength(16);
    expect(found.some(({ bounds }) => bounds === "DEFAULT")).toBe(false);
  }
  const { rows } = await db.pool.query<{ n: number }>("select app.ensure_partitions(20) n");
  expect(rows[0]?.n).toBe(12);
  const { rows: again } = await db.pool.query<{ n: number }>("select app.ensure_partitions(20) n");
  expect(again[0]?.n).toBe(0);
});

test("days are in UTC, whatever the time zone of the session", async () => {
  await using db = await createTestDatabase({ template: "suite" });
  await using session = await openSession(db);
  await session.query("set timezone = 'Pacific/Auckland'");
  await session.query("select app.ensure_partitions(15)");
  await db.pool.query("set timezone = 'UTC'");
  const last = (await partitions(db, "logging")).at(-1);
  const day = new Date(Date.now() + 15 * 86_400_000).toISOString().slice(0, 10);
  expect(last?.name).toBe(`logging_${day.replaceAll("-", "")}`);
  await using utc = await openSession(db);
  await utc.query("set timezone = 'UTC'");
  const [row] = await utc.query<{ bounds: string }>(
    "select pg_get_expr(relpartbound, oid) as bounds from pg_class where oid = $1::regclass",
    [`app.${last?.name}`],
  );
  expect(row?.bounds).toContain(`FROM ('${day} 00:00:00+00')`);
});

test("open transactions of readers and writers do not block the creation of partitions, and it does not block writers", async () => {
  await using db = await createTestDatabase({ template: "suite" });
  await using reader = await openSession(db);
  await reader.query("begin");
  await reader.query("select count(*) from app.logging");
  await using writer = await openSession(db);
  await writer.query("begin");
  await writer.query("insert into app.organization (name) values ('open')");
  await using maker = await openSession(db, "heliograph_watcher");
  await maker.query("set lock_timeout = '100 ms'");
  await maker.query("begin");
  expect(await maker.query("select app.ensure_partitions(20) n")).toEqual([{ n: 12 }]);
  await using other = await openSession(db);
  await other.query("set lock_timeout = '100 ms'");
  await other.query("insert into app.organization (name) values ('meanwhile')");
  await maker.query("commit");
});

test("concurrent calls of ensure_partitions do not fail", async () => {
  await using db = await createTestDatabase({ template: "suite" });
  // Each call waits for those before it, which take longer than the function's limit of a second on a busy machine.
  await db.pool.query("alter function app.ensure_partitions(int) set lock_timeout = 0");
  const made = await Promise.all(
    Array.from(
      { length: 4 },
      async () => (await db.pool.query<{ n: number }>("select app.ensure_partitions(30) n")).rows[0]?.n,
    ),
  );
  expect(made.sort()).toEqual([0, 0, 0, 32].sort());
});

test("a new partition has the indexes and the fillfactor of the log", async () => {
  await using db = await createTestDatabase({ template: "suite" });
  const last = (await partitions(db, "logging")).at(-1)?.name ?? "";
  const { rows } = await db.pool.query<{ def: string }>("select indexdef as def from pg_indexes where tablename = $1", [
    last,
  ]);
  expect(rows.map(({ def }) => def.replace(/^.*USING /, "")).sort()).toEqual([
    "btree (created_ts, entity_version) WHERE (((sync_status)::text = 'pending'::text) AND (action <> 0))",
    "btree (sync_seq) WHERE (sync_seq IS NOT NULL)",
  ]);
  const { rows: options } = await db.pool.query<{ reloptions: string[] }>(
    "select reloptions from pg_class where relname = $1",
    [last],
  );
  expect(options[0]?.reloptions).toContain("fillfactor=50");
});

/** Creates a partition for a day in the past, with one row with the given sequence number (null: not claimed). */
async function oldDay({ pool }: TestDatabase, day: string, seq: number | null): Promise<void> {
  const name = day.replaceAll("-", "");
  await pool.query(
    `create table app.logging_${name} partition of app.logging for values from ('${day} 00:00+00') to ('${day} 24:00+00')`,
  );
  await pool.query(
    `insert into app.logging (entity_code, entity_id, action, entity_version, created_ts, sync_status, sync_seq)
     values ('x', gen_random_uuid(), 1, 1, '${day} 12:00+00', $1, $2)`,
    [seq === null ? "pending" : "sent", seq],
  );
}

const retire = (db: { query: TestDatabase["pool"]["query"] }, day: string) =>
  db.query<{ min: string }>("select app.retire_log_day($1) min", [day]);
const detach = (day: string, how = "concurrently") =>
  `alter table app.logging detach partition app.logging_${day.replaceAll("-", "")} ${how}`;

test("retiring a day raises min_seq and never lowers it", async () => {
  await using db = await createTestDatabase({ template: "suite" });
  await oldDay(db, "2024-05-01", 500);
  await oldDay(db, "2024-05-02", 400); // a later day with a lower number
  const minOf = async (day: string) => (await retire(db.pool, day)).rows[0]?.min;
  expect(await minOf("2024-05-01")).toBe("501");
  expect(await minOf("2024-05-02")).toBe("501");
  expect(await minOf("2024-05-03")).toBeNull();
});

test("a day that has pending rows or may still be written cannot be retired", async () => {
  await using db = await createTestDatabase({ template: "suite" });
  await oldDay(db, "2024-05-01", null);
  await expect(retire(db.pool, "2024-05-01")).rejects.toMatchObject({
    code: "55000",
    hint: expect.stringContaining("watcher"),
  });
  await expect(db.pool.query("select app.retire_log_day((now() at time zone 'UTC')::date - 1)")).rejects.toThrow(
    "may still be written",
  );
});

// Fails if only committed rows are checked: the row would be committed into a day that no claim reads anymore.
test("a day with an uncommitted row cannot be retired, and the call does not wait", async () => {
  await using db = await createTestDatabase({ template: "suite" });
  await oldDay(db, "2024-05-01", 1);
  await using writer = await openSession(db);
  await writer.query("begin");
  await writer.query(
    `insert into app.logging (entity_code, entity_id, action, entity_version, created_ts)
     values ('x', gen_random_uuid(), 1, 1, '2024-05-01 13:00+00')`,
  );
  await using watcher = await openSession(db, "heliograph_watcher");
  await expect(watcher.query("select app.retire_log_day('2024-05-01')")).rejects.toMatchObject({ code: "55P03" });
  await writer.query("commit");
  await expect(watcher.query("select app.retire_log_day('2024-05-01')")).rejects.toMatchObject({ code: "55000" });
  const me = await lead(db.pool);
  await db.pool.query("select app.claim($1, 10, 0)", [me]);
  expect(await watcher.query("select app.retire_log_day('2024-05-01')::int min")).toEqual([{ min: 2 }]);
});

test("the watcher can detach a day only after switching to the role that owns the log", async () => {
  await using db = await createTestDatabase({ template: "suite" });
  await oldDay(db, "2024-05-01", 1);
  await using watcher = await openSession(db, "heliograph_watcher");
  await expect(watcher.query(detach("2024-05-01"))).rejects.toMatchObject({ code: "42501" });
  await watcher.query("set role heliograph_log");
  await watcher.query(detach("2024-05-01"));
  await watcher.query("reset role");
  expect(await watcher.query("select app.drop_log_day('logging', '2024-05-01') as dropped")).toEqual([
    { dropped: true },
  ]);
  expect(await watcher.query("select app.drop_log_day('logging', '2024-05-01') as dropped")).toEqual([
    { dropped: false },
  ]);
  await expect(watcher.query("select app.drop_log_day('person', '2024-05-01')")).rejects.toMatchObject({
    code: "22023",
  });
  expect((await partitions(db, "logging")).filter(({ name }) => name.includes("2024"))).toEqual([]);
});

test("a partition that is still attached is not dropped", async () => {
  await using db = await createTestDatabase({ template: "suite" });
  await oldDay(db, "2024-05-01", 1);
  await expect(db.pool.query("select app.drop_log_day('logging', '2024-05-01')")).rejects.toMatchObject({
    code: "55000",
    hint: expect.stringContaining("detach"),
  });
});

test("dropping a day fails quickly while a session reads it", async () => {
  await using db = await createTestDatabase({ template: "suite" });
  await oldDay(db, "2024-05-01", 1);
  await db.pool.query(detach("2024-05-01"));
  await using reader = await openSession(db);
  await reader.query("begin");
  await reader.query("select from app.logging_20240501");
  await using watcher = await openSession(db, "heliograph_watcher");
  const drop = "select app.drop_log_day('logging', '2024-05-01') as dropped";
  await expect(watcher.query(drop)).rejects.toMatchObject({ code: "55P03" });
  await reader.query("commit");
  expect(await watcher.query(drop)).toEqual([{ dropped: true }]);
});

// Fails if the day is dropped without a check: rows requeued between retiring and dropping it would never be delivered.
test("rows requeued while their day is being removed are still delivered, and cursors to numbers assigned meanwhile become too old", async () => {
  await using db = await createTestDatabase({ template: "suite" });
  await oldDay(db, "2024-05-01", 7);
  await retire(db.pool, "2024-05-01");
  const id = "11111111-1111-4111-8111-111111111111";
  await db.pool.query(
    `insert into app.logging (entity_code, entity_id, action, entity_version, container_ids, restricted, recheck, created_ts, sync_status, sync_seq)
     values ('x', $1, 3, 9, array['project/5'], true, true, '2024-05-01 13:00+00', 'pending', null),
            ('x', gen_random_uuid(), 2, 9, '{}', false, false, '2024-05-01 13:00+00', 'sent', 9)`,
    [id],
  );
  await db.pool.query(detach("2024-05-01"));
  await db.pool.query("select app.drop_log_day('logging', '2024-05-01')");
  const { rows } = await db.pool.query(
    "select action, entity_version::int as version, container_ids, restricted, recheck from app.logging where entity_id = $1 and sync_status = 'pending'",
    [id],
  );
  expect(rows).toEqual([{ action: 3, version: 9, container_ids: ["project/5"], restricted: true, recheck: true }]);
  expect((await db.pool.query("select min_seq::int as min from app.sync_state")).rows).toEqual([{ min: 10 }]);
});

test("a partially detached day is listed first, does not block new partitions, and can be finalized", async () => {
  await using db = await createTestDatabase({ template: "suite" });
  await oldDay(db, "2024-05-01", 1);
  await oldDay(db, "2024-05-02", 2);
  await oldDay(db, "2024-05-03", 3);
  await db.pool.query(
    `insert into app.logging (entity_code, entity_id, action, entity_version, created_ts, sync_status)
     values ('x', 'recent', 0, 0, now() - interval '2 hours', 'sent')`,
  );
  await db.pool.query(detach("2024-05-01"));
  await using user = await openSession(db);
  await user.query("begin");
  await user.query("select count(*) from app.logging");
  await using watcher = await openSession(db);
  await watcher.query("set lock_timeout = '200ms'");
  await expect(watcher.query(detach("2024-05-03"))).rejects.toMatchObject({ code: "55P03" });
  const listed = async () =>
    (
      await watcher.query<{ day: string; state: string }>("select day::text, state from app.expired_log_days(7, 365)")
    ).map(({ day, state }) => `${day} ${state}`);
  expect(await listed()).toEqual(["2024-05-03 detaching", "2024-05-01 detached", "2024-05-02 attached"]);
  expect(await watcher.query("select app.ensure_partitions(20) n")).toEqual([{ n: 12 }]);
  await user.query("commit");
  await watcher.query(detach("2024-05-03", "finalize"));
  expect(await listed()).toEqual(["2024-05-01 detached", "2024-05-02 attached", "2024-05-03 detached"]);
});

/** Where the change of an organization was logged, and when according to both halves of the log. */
const loggedAt = async ({ pool }: TestDatabase, name: string) =>
  (
    await pool.query<{ part: string; detail: string; behind: number; status: string }>(
      `select l.tableoid::regclass::text as part, d.tableoid::regclass::text as detail, l.sync_status as status,
              abs(extract(epoch from clock_timestamp() - app.real_time(l.created_ts)))::float8 as behind
         from app.logging l join app.logging_detail d on d.id = l.id and d.created_ts = l.created_ts
         join app.organization o on o.id::text = l.entity_id where o.name = $1`,
      [name],
    )
  ).rows[0];

test.each([
  ["detached", (part: string, half: string) => `alter table app.${half} detach partition app.${part}`],
  ["dropped", (part: string) => `drop table app.${part}`],
  [
    "never created",
    (part: string, half: string) => `alter table app.${half} detach partition app.${part}; drop table app.${part}`,
  ],
])("a change on a day whose partition was %s is logged, claimed, and moved to its day", async (_how, lose) => {
  await using db = await createTestDatabase({ template: "suite" });
  const today = new Date().toISOString().slice(0, 10).replaceAll("-", "");
  const tomorrow = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10).replaceAll("-", "");
  // Both days, because the test may run over midnight.
  for (const half of ["logging", "logging_detail"])
    for (const day of [today, tomorrow]) await db.pool.query(lose(`${half}_${day}`, half));
  const write = (name: string) => db.pool.query("insert into app.organization (name) values ($1)", [name]);
  await write("claimed");
  const me = await lead(db.pool);
  const { rows } = await db.pool.query<{ last: number }>("select last_seq::int as last from app.claim($1, 1000, 0)", [
    me,
  ]);
  const last = rows[0]?.last ?? 0;
  expect(last).toBeGreaterThan(0);
  await write("pending");
  for (const name of ["claimed", "pending"]) {
    const logged = await loggedAt(db, name);
    expect(logged).toMatchObject({ part: "app.logging_overflow", detail: "app.logging_detail_overflow" });
    expect(logged?.behind).toBeLessThan(3600);
  }
  expect((await db.pool.query("select app.rows_without_day()::int as n")).rows[0].n).toBeGreaterThan(0);

  await using watcher = await openSession(db, "heliograph_watcher");
  expect(await watcher.query("select app.ensure_partitions() as made")).toEqual([{ made: 4 }]);
  expect(await watcher.query("select app.rows_without_day()::int as n")).toEqual([{ n: 0 }]);
  for (const [name, status] of [
    ["claimed", "sent"],
    ["pending", "pending"],
  ] as const) {
    const logged = await loggedAt(db, name);
    expect(logged).toMatchObject({ status, part: expect.stringMatching(/^app.logging_\d{8}$/) });
    expect(logged?.behind).toBeLessThan(3600);
  }
  await write("later");
  await db.pool.query("select app.claim($1, 1000, $2)", [me, last]);
  const { rows: gaps } = await db.pool.query(
    "select count(*)::int as n, max(sync_seq)::int as head from app.logging where sync_seq is not null",
  );
  expect(gaps[0]?.n).toBe(gaps[0]?.head);
});

test("rows of days far from today stay in the overflow partition until no cursor can read them", async () => {
  await using db = await createTestDatabase({ template: "suite" });
  await db.pool.query(
    `insert into app.logging (entity_code, entity_id, action, entity_version, created_ts)
     values ('x', 'far', 1, 1, app.stored_time(now() + interval '1 year'))`,
  );
  const me = await lead(db.pool);
  await db.pool.query("select app.claim($1, 1000, 0)", [me]);
  const count = async () => (await db.pool.query("select app.rows_without_day()::int as n")).rows[0].n;
  await db.pool.query("select app.ensure_partitions()");
  expect(await count()).toBe(1);
  await db.pool.query("update app.sync_state set min_seq = head_seq + 1");
  await db.pool.query("select app.ensure_partitions()");
  expect(await count()).toBe(0);
});

test("reads and changes of rights are logged while the day has no partition", async () => {
  await using db = await createTestDatabase({ template: "demo" });
  const today = new Date().toISOString().slice(0, 10).replaceAll("-", "");
  const tomorrow = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10).replaceAll("-", "");
  await db.pool.query(`drop table app.logging_${today}; drop table app.logging_${tomorrow}`);
  await db.pool.query("select app.log_entity_change('x', 'a', true, '{}', null, null)");
  await db.pool.query("update app.entity_type set views = true where code = 'team'");
  await db.pool.query("select app.log_view('team', '{a}')");
  const { rows } = await db.pool.query(
    "select action, sync_processed_ts < now() + interval '1 hour' as processed from only app.logging_overflow order by action",
  );
  expect(rows).toEqual([
    { action: 0, processed: true },
    { action: 4, processed: null },
  ]);
});
