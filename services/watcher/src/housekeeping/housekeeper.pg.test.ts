import { randomUUID } from "node:crypto";
import { createLogger, createPool } from "@heliograph/server-kit";
import { createTestDatabase } from "@heliograph/server-kit/testing";
import { expect, test } from "vitest";
import { Housekeeper } from "./housekeeper.ts";
import { createHousekeepingDatabase } from "./housekeeping-database.ts";
import { createRetentionDatabase } from "./log-retention.ts";

const logger = createLogger("test", "silent");

test("sessions and subscriptions of dead gateways are deleted after the grace period, by the watcher's own role", async () => {
  await using db = await createTestDatabase({ template: "suite" });
  const pool = createPool({ url: db.url("heliograph_watcher"), names: db.names, name: "test", max: 1, logger });
  await using _end = { [Symbol.asyncDispose]: () => pool.end() };
  const [killed, alive] = [randomUUID(), randomUUID()];
  await db.pool.query(
    "insert into app.gateway (id, address, heartbeat_ts) values ($1, 'killed', now() - interval '1 min'), ($2, 'alive', now())",
    [killed, alive],
  );
  await db.pool.query(
    `with s as (insert into app.rxdb_session (connection_id, user_id, gateway_id)
                select gen_random_uuid(), gen_random_uuid(), case when n <= 100 then $1 else $2 end::uuid
                  from generate_series(1, 120) n returning connection_id, user_id)
     insert into app.rxdb_subscription (connection_id, user_id, entity_code, entity_id)
     select connection_id, user_id, 'task', gen_random_uuid() from s, generate_series(1, 20)`,
    [killed, alive],
  );
  const remaining = async () =>
    (
      await db.pool.query(
        `select (select array_agg(id) from app.gateway) as gateways,
                (select count(*)::int from app.rxdb_session) as sessions,
                (select count(*)::int from app.rxdb_session where expires_ts is not null) as expiring,
                (select count(*)::int from app.rxdb_subscription) as subscriptions`,
      )
    ).rows[0];
  const newHousekeeper = (): Housekeeper =>
    new Housekeeper({
      database: createHousekeepingDatabase({
        pool,
        retention: createRetentionDatabase({ pool, keep: { logging: 7, logging_detail: 365 } }),
        sessionGraceMs: 60_000,
        logger,
      }),
      logger,
    });
  // Within the grace period a session can be resumed on another gateway.
  await newHousekeeper().round();
  expect(await remaining()).toEqual({ gateways: [alive], sessions: 120, expiring: 100, subscriptions: 2400 });
  await db.pool.query("update app.rxdb_session set expires_ts = now() where expires_ts is not null");
  await newHousekeeper().round();
  expect(await remaining()).toEqual({ gateways: [alive], sessions: 20, expiring: 0, subscriptions: 400 });
});
