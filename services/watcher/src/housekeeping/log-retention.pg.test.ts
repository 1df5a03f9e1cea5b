import { createLogger, createPool, type DatabasePool } from "@heliograph/server-kit";
import { createTestDatabase, type TestDatabase } from "@heliograph/server-kit/testing";
import { expect, test } from "vitest";
import { createRetentionDatabase, dropExpiredDays, type LogHalf } from "./log-retention.ts";

const logger = createLogger("test", "silent");
const old = "2024-05-01";

/** Creates an expired day in one half of the log; in app.logging with one claimed row, number 1. */
async function makeDay({ pool }: TestDatabase, day: string, half: LogHalf = "logging"): Promise<void> {
  await pool.query(
    `create table app.${half}_${day.replaceAll("-", "")} partition of app.${half} for values from ('${day} 00:00+00') to ('${day} 24:00+00')`,
  );
  if (half === "logging")
    await pool.query(
      `insert into app.logging (entity_code, entity_id, action, entity_version, created_ts, sync_status, sync_seq)
       values ('x', gen_random_uuid(), 1, 1, '${day} 12:00+00', 'sent', 1)`,
    );
  await trustClock(pool);
}

/** Makes the signs agree that the clock is right: a change of two hours ago, and a watcher that has just trusted the clock. */
async function trustClock(pool: DatabasePool): Promise<void> {
  await pool.query(
    `insert into app.logging (entity_code, entity_id, action, entity_version, created_ts, sync_status)
     values ('x', 'recent', 0, 0, now() - interval '2 hours', 'sent')`,
  );
  await pool.query("select app.note_clock()");
}

const daysOf = async ({ pool }: TestDatabase, half: LogHalf): Promise<string[]> =>
  (
    await pool.query<{ day: string }>(
      `select right(relname, 8) as day from pg_class
        where relnamespace = 'app'::regnamespace and relkind = 'r' and relname ~ ('^' || $1 || '_2024[0-9]{4}$') order by 1`,
      [half],
    )
  ).rows.map(({ day }) => day);

function watcherPool(db: TestDatabase): DatabasePool & AsyncDisposable {
  const pool = createPool({
    url: db.url("heliograph_watcher"),
    names: db.names,
    name: "test",
    max: 1,
    logger,
    session: { lock_timeout: "1s", statement_timeout: "5s" },
  });
  return Object.assign(pool, { [Symbol.asyncDispose]: () => pool.end() });
}

const dropWith = (pool: DatabasePool, half: LogHalf = "logging"): Promise<number> =>
  dropExpiredDays({
    database: createRetentionDatabase({ pool, keep: { logging: 7, logging_detail: 30 } }),
    half,
    logger,
  });

const waiting = `select from pg_locks l join pg_class c on c.oid = l.relation
  where not l.granted and l.database = (select oid from pg_database where datname = current_database())
    and l.mode = 'RowExclusiveLock' and c.relname ~ '^logging'`;

/**
 * Writes changes while `work` runs, and counts how often a writer was seen waiting for a lock on the log. Latency is not
 * measured: on a busy machine any write may take long, but only retention makes one wait for that lock.
 */
async function whileWriting(
  db: TestDatabase,
  work: () => Promise<void>,
): Promise<{ written: number; blocked: number }> {
  let stopped = false;
  const counts = { written: 0, blocked: 0 };
  const write = async (): Promise<void> => {
    while (!stopped) {
      await db.pool.query("insert into app.organization (name) values (gen_random_uuid())");
      counts.written += 1;
    }
  };
  const countBlocked = async (): Promise<void> => {
    while (!stopped) counts.blocked += (await db.pool.query(waiting)).rowCount ?? 0;
  };
  const running = Promise.all([write(), write(), write(), write(), countBlocked()]);
  await work().finally(() => {
    stopped = true;
  });
  await running;
  return counts;
}

/** An open transaction. Its connection is closed at the end, or a failed test would wait for it. */
async function openTransaction(db: TestDatabase, first: string, isolation = "read committed") {
  const client = await db.pool.connect();
  await client.query(`begin isolation level ${isolation}`);
  await client.query(first);
  return Object.assign(client, { [Symbol.asyncDispose]: async () => client.release(true) });
}

const write = "insert into app.organization (name) values ('open')";
const tries = 3;

test.each([
  // Holds no lock on the old day: it interrupts the first detach, and the next call finishes it.
  { what: "that wrote the log", first: write, dropped: [0, 1, 0] },
  { what: "that read the day", first: "select from app.logging where created_ts < '2024-05-02'", dropped: [0, 0, 0] },
  {
    what: "that reads the log from an old snapshot",
    first: "select count(*) from app.logging",
    isolation: "repeatable read",
    dropped: [0, 0, 0],
  },
])(
  "an open transaction $what blocks no writer during retention, which completes after it",
  async ({ first, isolation, dropped }) => {
    await using db = await createTestDatabase({ template: "suite" });
    await makeDay(db, old);
    await using pool = watcherPool(db);
    await using holder = await openTransaction(db, first, isolation);
    const seen: number[] = [];
    const during = await whileWriting(db, async () => {
      for (let n = 0; n < tries; n++) seen.push(await dropWith(pool));
    });
    expect(during.blocked).toBe(0);
    expect(during.written).toBeGreaterThan(0);
    expect(seen).toEqual(dropped);
    await holder.query("commit");
    await dropWith(pool);
    expect(await daysOf(db, "logging")).toEqual([]);
    expect((await db.pool.query("select min_seq::int as min from app.sync_state")).rows).toEqual([{ min: 2 }]);
    // The pool's session has its own role and lock_timeout again.
    expect(
      (await pool.query("select current_user::text as who, current_setting('lock_timeout') as wait")).rows,
    ).toEqual([{ who: "heliograph_watcher", wait: "1s" }]);
  },
  60_000,
);

// Proves that the test above can fail: a plain detach blocks writers, and the count shows it.
test("a plain detach behind an open transaction blocks writers", async () => {
  await using db = await createTestDatabase({ template: "suite" });
  await makeDay(db, old);
  await using _holder = await openTransaction(db, write);
  const during = await whileWriting(db, async () => {
    const client = await db.pool.connect();
    await client.query("set lock_timeout = '200ms'");
    for (let n = 0; n < tries; n++)
      await expect(client.query("alter table app.logging detach partition app.logging_20240501")).rejects.toThrow();
    client.release(true);
  });
  expect(during.blocked).toBeGreaterThan(0);
});

test("a snapshot that has not read the log does not prevent a drop", async () => {
  await using db = await createTestDatabase({ template: "suite" });
  await makeDay(db, old);
  await using pool = watcherPool(db);
  await using holder = await openTransaction(db, "select count(*) from app.person", "repeatable read");
  expect(await dropWith(pool)).toBe(1);
  expect((await holder.query("select count(*)::int as n from app.logging where action <> 0")).rows).toEqual([{ n: 0 }]);
});

// Fails when only attached days are searched: a removal that a crash interrupted would never complete, and PostgreSQL
// detaches no other day while one detach is unfinished.
test.each([
  ["during the detach", "detaching"],
  ["before the drop", "detached"],
])("the next watcher completes a removal that was interrupted %s", async (_when, state) => {
  await using db = await createTestDatabase({ template: "suite" });
  await makeDay(db, old);
  await makeDay(db, "2024-05-02");
  await using pool = watcherPool(db);
  const database = createRetentionDatabase({ pool, keep: { logging: 7, logging_detail: 30 } });
  const [first] = await database.expiredDays();
  if (!first) throw new Error("no day");
  await database.retire(first.day);
  if (state === "detaching") {
    await using _holder = await openTransaction(db, "select count(*) from app.logging");
    await expect(database.detach(first)).rejects.toMatchObject({ code: "55P03" });
  } else await database.detach(first);
  expect((await database.expiredDays()).map((day) => day.state)).toEqual([state, "attached"]);
  expect(await dropWith(pool)).toBe(2);
  expect(await daysOf(db, "logging")).toEqual([]);
});

test("a day with a pending row is kept, and so are later days; the audit half has its own retention", async () => {
  await using db = await createTestDatabase({ template: "suite" });
  await makeDay(db, old);
  await makeDay(db, "2024-05-02");
  await makeDay(db, old, "logging_detail");
  await db.pool.query(
    "update app.logging set sync_status = 'pending', sync_seq = null where created_ts < '2024-05-02'",
  );
  await using pool = watcherPool(db);
  expect(await dropWith(pool)).toBe(0);
  expect(await daysOf(db, "logging")).toEqual(["20240501", "20240502"]);
  expect(await dropWith(pool, "logging_detail")).toBe(1);
  expect(await daysOf(db, "logging_detail")).toEqual([]);
});

test("days within the retention period are kept", async () => {
  await using db = await createTestDatabase({ template: "suite" });
  await trustClock(db.pool);
  for (const age of [400, 10, 9, 7, 6])
    await db.pool.query(
      `do $$ declare d date := (now() at time zone 'UTC')::date - ${age}; begin
         execute format('create table app.logging_%s partition of app.logging for values from (%L) to (%L)',
                        to_char(d, 'YYYYMMDD'), d || ' 00:00+00', (d + 1) || ' 00:00+00'); end $$`,
    );
  await using pool = watcherPool(db);
  expect(await dropWith(pool)).toBe(3);
  const { rows } = await db.pool.query<{ name: string }>(
    "select c.relname as name from pg_inherits i join pg_class c on c.oid = i.inhrelid where i.inhparent = 'app.logging'::regclass",
  );
  const today = Date.parse(new Date().toISOString().slice(0, 10));
  const ages = rows.map(
    ({ name }) => (today - Date.parse(name.slice(-8).replace(/(....)(..)(..)/, "$1-$2-$3"))) / 86_400_000,
  );
  expect(ages.filter((age) => age > 1).sort()).toEqual([6, 7]);
});

test("a clock nine days ahead drops nothing, neither at once nor for a watcher that starts then", async () => {
  await using db = await createTestDatabase({ template: "suite" });
  for (const age of [7, 5, 3])
    await db.pool.query(
      `do $$ declare d date := (now() at time zone 'UTC')::date - ${age}; begin
         execute format('create table app.logging_%s partition of app.logging for values from (%L) to (%L)',
                        to_char(d, 'YYYYMMDD'), d || ' 00:00+00', (d + 1) || ' 00:00+00');
         insert into app.logging (entity_code, entity_id, action, entity_version, created_ts, sync_status)
         values ('x', 'old', 0, 0, (d + interval '12 hours') at time zone 'UTC', 'sent'); end $$`,
    );
  await trustClock(db.pool);
  await using pool = watcherPool(db);
  const retention = () => createRetentionDatabase({ pool, keep: { logging: 7, logging_detail: 30 } });
  const running = retention();
  expect(await running.clockAgrees()).toBe(true);
  await db.pool.query(`
    create table public.test_clock (ahead interval not null);
    insert into public.test_clock values ('9 days');
    grant select on public.test_clock to public;
    grant usage on schema public to public;
    alter function pg_catalog.clock_timestamp() rename to real_clock_timestamp;
    create function pg_catalog.clock_timestamp() returns timestamptz language sql volatile
      as 'select pg_catalog.real_clock_timestamp() + (select ahead from public.test_clock)'`);
  await db.pool.query("insert into app.organization (name) values ('under the wrong clock')");
  // Each sign alone prevents it: the changes in the log, the watcher that runs, and the one that starts.
  expect(await running.expiredDays()).toEqual([]);
  expect(await running.clockAgrees()).toBe(false);
  expect(await retention().clockAgrees()).toBe(false);
  await db.pool.query("update public.test_clock set ahead = '0'");
  expect(await running.expiredDays()).toEqual([]);
  expect(await running.clockAgrees()).toBe(false);
  expect(await retention().clockAgrees()).toBe(true);
});
