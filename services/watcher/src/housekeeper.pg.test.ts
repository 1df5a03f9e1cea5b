import { randomUUID } from "node:crypto";
import { createLogger, createPool } from "@heliograph/server-kit";
import { createTestDatabase } from "@heliograph/server-kit/testing";
import { expect, test } from "vitest";
import { createHouseDatabase } from "./house-database.ts";
import { Housekeeper } from "./housekeeper.ts";

const logger = createLogger("test", "silent");

test("what a killed gateway left behind is deleted, and a grant whose time is over ends, by the watcher's own role", async () => {
  await using db = await createTestDatabase({ template: "demo" });
  const pool = createPool({ url: db.url("heliograph_watcher"), name: "test", max: 1, logger });
  await using _end = { [Symbol.asyncDispose]: () => pool.end() };
  const [killed, alive] = [randomUUID(), randomUUID()];
  await db.pool.query(
    "insert into app.gateway (id, address, heartbeat_ts) values ($1, 'killed', now() - interval '1 min'), ($2, 'alive', now())",
    [killed, alive],
  );
  const hold = async (gateway: string): Promise<void> => {
    const [connection, user] = [randomUUID(), randomUUID()];
    await db.pool.query("insert into app.rxdb_session (connection_id, user_id, gateway_id) values ($1, $2, $3)", [
      connection,
      user,
      gateway,
    ]);
    await db.pool.query(
      "insert into app.rxdb_subscription (connection_id, user_id, entity_code, entity_id) values ($1, $2, 'task', $3)",
      [connection, user, randomUUID()],
    );
  };
  await hold(killed);
  await hold(alive);
  await db.pool.query(
    `insert into app.entity_grant (entity_code, entity_id, person_id, organization_id, expires_ts)
     select 'task', gen_random_uuid(), person_id, organization_id, now() - interval '1 s' from app.membership limit 1`,
  );
  const left = async () =>
    (
      await db.pool.query(
        `select (select array_agg(id) from app.gateway) as gateways,
                (select array_agg(gateway_id) from app.rxdb_session) as sessions,
                (select count(*)::int from app.rxdb_subscription) as subscriptions,
                (select count(*)::int from app.entity_grant where expires_ts < now()) as grants`,
      )
    ).rows[0];

  const keeper = (sessionGraceMs: number): Housekeeper =>
    new Housekeeper({
      database: createHouseDatabase({
        pool,
        settings: { sessionGraceMs, logRetentionDays: 7, auditRetentionDays: 365 },
      }),
      logger,
    });
  // Within the grace the session may be resumed on another gateway.
  await keeper(60_000).round(0);
  expect(await left()).toMatchObject({ gateways: [alive], subscriptions: 2, grants: 0 });
  await db.pool.query("update app.rxdb_session set expires_ts = now() where gateway_id = $1", [killed]);
  await keeper(60_000).round(0);
  expect(await left()).toEqual({ gateways: [alive], sessions: [alive], subscriptions: 1, grants: 0 });
});

test("days past their retention are dropped, the audit half later, and the rest stays", async () => {
  await using db = await createTestDatabase({ template: "empty" });
  const pool = createPool({ url: db.url("heliograph_watcher"), name: "test", max: 1, logger });
  await using _end = { [Symbol.asyncDispose]: () => pool.end() };
  for (const [table, days] of Object.entries({ logging: [400, 8, 7], logging_detail: [400, 8] }))
    for (const age of days)
      await db.pool.query(
        `do $$ declare d date := (now() at time zone 'UTC')::date - ${age}; begin
           execute format('create table app.${table}_%s partition of app.${table} for values from (%L) to (%L)',
                          to_char(d, 'YYYYMMDD'), d || ' 00:00+00', (d + 1) || ' 00:00+00'); end $$`,
      );
  const settings = { sessionGraceMs: 0, logRetentionDays: 7, auditRetentionDays: 365 };
  expect(await createHouseDatabase({ pool, settings }).dropOldDays()).toBe(3);
  const { rows } = await db.pool.query<{ parent: string; age: number }>(
    `select p.relname as parent, (now() at time zone 'UTC')::date - to_date(right(c.relname, 8), 'YYYYMMDD') as age
       from pg_inherits i join pg_class c on c.oid = i.inhrelid join pg_class p on p.oid = i.inhparent
      where p.relname in ('logging', 'logging_detail') and c.relkind = 'r'
        and to_date(right(c.relname, 8), 'YYYYMMDD') < (now() at time zone 'UTC')::date - 1 order by 1, 2`,
  );
  expect(rows).toEqual([
    { parent: "logging", age: 7 },
    { parent: "logging_detail", age: 8 },
  ]);
});
