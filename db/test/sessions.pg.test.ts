import { randomUUID } from "node:crypto";
import { createTestDatabase, type TestDatabase } from "@heliograph/server-kit/testing";
import { expect, test } from "vitest";
import { openSession } from "./support/session.ts";

interface Connection {
  readonly id: string;
  readonly userId: string;
  readonly gatewayId: string;
}

async function connect(
  { pool }: TestDatabase,
  gatewayId: string,
  entityIds: string[],
  expires: string | null = null,
): Promise<Connection> {
  const [id, userId] = [randomUUID(), randomUUID()];
  await pool.query(
    "insert into app.rxdb_session (connection_id, user_id, gateway_id, expires_ts) values ($1, $2, $3, now() + $4::interval)",
    [id, userId, gatewayId, expires],
  );
  await pool.query(
    "insert into app.rxdb_subscription (connection_id, user_id, entity_code, entity_id) select $1, $2, 'task', unnest($3::text[])",
    [id, userId, entityIds],
  );
  return { id, userId, gatewayId };
}

async function startGateway({ pool }: TestDatabase, heartbeatAge = "0 s"): Promise<string> {
  const id = randomUUID();
  await pool.query("insert into app.gateway (id, address, heartbeat_ts) values ($1, 'test', now() - $2::interval)", [
    id,
    heartbeatAge,
  ]);
  return id;
}

const held = async ({ pool }: TestDatabase, id: string): Promise<number> =>
  (await pool.query("select from app.rxdb_subscription where connection_id = $1", [id])).rowCount ?? 0;

test("two connections of one user may be subscribed to the same row; closing one leaves the other", async () => {
  await using db = await createTestDatabase({ template: "suite" });
  const [row, gateway] = [randomUUID(), await startGateway(db)];
  const [a, b] = [await connect(db, gateway, [row, randomUUID()]), await connect(db, gateway, [row])];
  await using session = await openSession(db, "heliograph_gateway");
  expect(await session.query("select app.cleanup_connection($1)::int n", [a.id])).toEqual([{ n: 2 }]);
  expect([await held(db, a.id), await held(db, b.id)]).toEqual([0, 1]);
  expect(await session.query("select app.cleanup_connection($1)::int n", [a.id])).toEqual([{ n: 0 }]);
});

test("a gateway cannot clean up a connection that another gateway or a later socket has taken over", async () => {
  await using db = await createTestDatabase({ template: "suite" });
  const [old, next] = [await startGateway(db), await startGateway(db)];
  const connection = await connect(db, old, [randomUUID()]);
  await db.pool.query("update app.rxdb_session set gateway_id = $1, generation = 2", [next]);
  const end = async (gateway: string, generation: number) =>
    (
      await db.pool.query<{ n: number }>("select app.cleanup_connection($1, $2, $3)::int n", [
        connection.id,
        gateway,
        generation,
      ])
    ).rows[0]?.n;
  expect(await end(old, 1)).toBe(0);
  expect(await end(next, 1)).toBe(0);
  expect(await held(db, connection.id)).toBe(1);
  expect(await end(next, 2)).toBe(1);
});

test("batch_subscribers lists the subscribers of rows and containers", async () => {
  await using db = await createTestDatabase({ template: "suite" });
  const [row, project, gateway] = [randomUUID(), randomUUID(), await startGateway(db)];
  const holder = await connect(db, gateway, [row]);
  const inside = await connect(db, gateway, []);
  await db.pool.query("insert into app.rxdb_subscription values ($1, $2, 'task', $3, true)", [
    inside.id,
    inside.userId,
    project,
  ]);
  await using session = await openSession(db, "heliograph_gateway");
  const found = await session.query("select * from app.batch_subscribers('task', $1)", [[row, project, randomUUID()]]);
  expect(found).toHaveLength(2);
  expect(found).toEqual(
    expect.arrayContaining([
      { entity_id: row, user_id: holder.userId, connection_id: holder.id, gateway_id: gateway, is_container: false },
      { entity_id: project, user_id: inside.userId, connection_id: inside.id, gateway_id: gateway, is_container: true },
    ]),
  );
  expect(await session.query("select from app.batch_subscribers('project', $1)", [[row]])).toEqual([]);
});

test("sessions of a dead gateway can be resumed during the grace period and are then deleted with their subscriptions", async () => {
  await using db = await createTestDatabase({ template: "suite" });
  const [alive, dead] = [await startGateway(db), await startGateway(db, "20 s")];
  const [living, orphan, expired] = [
    await connect(db, alive, [randomUUID()]),
    await connect(db, dead, [randomUUID()]),
    await connect(db, alive, [randomUUID(), randomUUID()], "-1 s"),
  ];
  await using watcher = await openSession(db, "heliograph_watcher");
  expect(await watcher.query("select * from app.reap_sessions()")).toEqual([
    { gateways: 1, sessions: 1, subscriptions: 2 },
  ]);
  expect([await held(db, living.id), await held(db, orphan.id), await held(db, expired.id)]).toEqual([1, 1, 0]);
  const { rows } = await db.pool.query(
    "select disconnected_ts is not null as gone, expires_ts - now() > interval '1 min' as later from app.rxdb_session where connection_id = $1",
    [orphan.id],
  );
  expect(rows).toEqual([{ gone: true, later: true }]);

  await db.pool.query("update app.rxdb_session set expires_ts = now() - interval '1 s' where connection_id = $1", [
    orphan.id,
  ]);
  expect(await watcher.query("select * from app.reap_sessions()")).toEqual([
    { gateways: 0, sessions: 1, subscriptions: 1 },
  ]);
  const { rowCount } = await db.pool.query("select from app.gateway where id = $1", [dead]);
  expect(rowCount).toBe(0);
});

test("subscriptions of unknown connections are deleted after a minute", async () => {
  await using db = await createTestDatabase({ template: "suite" });
  const connection = await connect(db, await startGateway(db), [randomUUID()]);
  await db.pool.query(
    `insert into app.rxdb_subscription (connection_id, user_id, entity_code, entity_id, subscribed_at)
     select gen_random_uuid(), gen_random_uuid(), 'task', gen_random_uuid(), now() - age from unnest('{1 s,2 min}'::interval[]) age`,
  );
  await using watcher = await openSession(db, "heliograph_watcher");
  expect(await watcher.query("select app.delete_orphan_subscriptions()::int n")).toEqual([{ n: 1 }]);
  expect(await held(db, connection.id)).toBe(1);
});
