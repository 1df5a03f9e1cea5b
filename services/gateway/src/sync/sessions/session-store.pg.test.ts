import { randomUUID } from "node:crypto";
import { createLogger, createPool, type DatabasePool } from "@heliograph/server-kit";
import { createTestDatabase, type TestDatabase } from "@heliograph/server-kit/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Subscription } from "../connection/connection-subscriptions.ts";
import type { Session } from "../connection/session.ts";
import type { SubscriptionRow } from "../subscriptions/subscription-row-writer.ts";
import { SessionStore } from "./session-store.ts";

let db: TestDatabase;
let pool: DatabasePool;
const statements: string[] = [];

beforeAll(async () => {
  db = await createTestDatabase({ template: "suite" });
  pool = createPool({
    url: db.url("heliograph_gateway"),
    names: db.names,
    name: "test",
    max: 4,
    logger: createLogger("test", "silent"),
  });
  const query = pool.query.bind(pool);
  pool.query = ((...given: unknown[]) => {
    statements.push(String(given[0]));
    return (query as (...all: unknown[]) => unknown)(...given);
  }) as typeof pool.query;
});

afterAll(async () => {
  await pool.end();
  await db[Symbol.asyncDispose]();
});

const newSession = (): Session => ({
  connectionId: randomUUID(),
  userId: randomUUID(),
  organizationId: randomUUID(),
  gatewayId: randomUUID(),
  generation: 1,
  attempted: false,
  created: false,
});
const held = (kind: Subscription["kind"] = "id", refused = false): SubscriptionRow => ({
  kind,
  entityCode: "task",
  entityId: randomUUID(),
  refused,
});

async function rowsOf(session: Session): Promise<unknown[]> {
  const { rows } = await db.pool.query(
    "select user_id, entity_code, entity_id, is_container from app.rxdb_subscription where connection_id = $1 order by is_container",
    [session.connectionId],
  );
  return rows;
}

async function sessionsOf(session: Session): Promise<number> {
  const { rowCount } = await db.pool.query("select 1 from app.rxdb_session where connection_id = $1", [
    session.connectionId,
  ]);
  return rowCount ?? 0;
}

const takeOver = (session: Session): Promise<unknown> =>
  db.pool.query("update app.rxdb_session set gateway_id = $2, generation = generation + 1 where connection_id = $1", [
    session.connectionId,
    randomUUID(),
  ]);

test("the first subscription makes the session, ids and containers become rows, repeating changes nothing", async () => {
  const store = new SessionStore(pool, { graceMs: 60_000 });
  const session = newSession();
  const [row, box] = [held(), held("within")];
  expect(await store.put(session, [row, box])).toBe(true);
  expect(await store.put(session, [row])).toBe(true);
  expect(await sessionsOf(session)).toBe(1);
  const user_id = session.userId;
  expect(await rowsOf(session)).toEqual([
    { user_id, entity_code: "task", entity_id: row.entityId, is_container: false },
    { user_id, entity_code: "task", entity_id: box.entityId, is_container: true },
  ]);
  await store.remove(session, [row]);
  expect(await rowsOf(session)).toHaveLength(1);
  await store.end(session);
  expect(await rowsOf(session)).toEqual([]);
  expect(await sessionsOf(session)).toBe(0);
});

// Fails without the join to the session: a statement that was on its way while its socket ended would leave rows that
// are never deleted.
test("rows that arrive after the end of their session are not written", async () => {
  const store = new SessionStore(pool, { graceMs: 60_000 });
  const session = newSession();
  await store.put(session, [held()]);
  await store.end(session);
  expect(await store.put(session, [held()])).toBe(false);
  expect(await rowsOf(session)).toEqual([]);
});

// Fails without gateway and generation in the conditions: a slow gateway would undo changes of the connection's next owner.
test("[RES-14] a gateway that lost a session to another one no longer changes it", async () => {
  const store = new SessionStore(pool, { graceMs: 60_000 });
  const session = newSession();
  const row = held();
  await store.put(session, [row]);
  await takeOver(session);
  expect(await store.put(session, [held()])).toBe(false);
  await store.remove(session, [row]);
  await store.end(session);
  expect(await rowsOf(session)).toHaveLength(1);
  expect(await sessionsOf(session)).toBe(1);
});

test("a newer generation on the same gateway counts as another owner", async () => {
  const store = new SessionStore(pool, { graceMs: 60_000 });
  const session = newSession();
  const row = held();
  await store.put(session, [row]);
  await db.pool.query("update app.rxdb_session set generation = 2 where connection_id = $1", [session.connectionId]);
  expect(await store.put(session, [held()])).toBe(false);
  await store.remove(session, [row]);
  await store.end(session);
  expect(await rowsOf(session)).toHaveLength(1);
});

const wantedOf = (session: Session, gatewayId: string) => ({ ...session, gatewayId });

test("only its owner can take a connection over, with its subscriptions, and it expires only while no gateway owns it", async () => {
  const store = new SessionStore(pool, { graceMs: 60_000 });
  const [session, gatewayId] = [newSession(), randomUUID()];
  const [row, box, refused] = [held(), held("within"), held("id", true)];
  await store.put(session, [row, box, { ...refused, refused: false }]);
  // Revoked in the meantime; of two rows with the same key the later one counts.
  await store.put(session, [{ ...refused, refused: false }, refused]);
  await store.suspend(session);
  const thief = { ...session, userId: randomUUID() };
  const [stolen, elsewhere, taken] = await Promise.all([
    store.takeOver(wantedOf(thief, gatewayId)),
    store.takeOver(wantedOf({ ...session, organizationId: randomUUID() }, gatewayId)),
    store.takeOver(wantedOf(session, gatewayId)),
  ]);
  expect([stolen, elsewhere]).toEqual(["unknown", "unknown"]);
  if (typeof taken === "string") throw new Error(taken);
  expect(taken.session).toMatchObject({ connectionId: session.connectionId, gatewayId, generation: 2, created: true });
  const named = ({ kind, entityCode, entityId }: Subscription): Subscription => ({ kind, entityCode, entityId });
  expect(new Set(taken.subscriptions)).toEqual(new Set([named(row), named(box)]));
  expect(taken.refused).toEqual([named(refused)]);
  // All statements of the old owner come late.
  await Promise.all([store.suspend(session), store.end(session)]);
  expect(await store.remove(session, [row])).toBe(false);
  const { rows } = await db.pool.query(
    "select expires_ts, disconnected_ts from app.rxdb_session where connection_id = $1",
    [session.connectionId],
  );
  expect(rows).toEqual([{ expires_ts: null, disconnected_ts: null }]);
  expect(await store.remove(taken.session, [row])).toBe(true);
  const expected = (of: Session, count: number) => ({ session: of, rows: count });
  expect(await store.lost([expected(taken.session, 2), expected(newSession(), 0)])).toMatchObject([{ why: "missing" }]);
  expect(await store.lost([expected(session, 2)])).toEqual([{ session, why: "taken" }]);
  expect(await store.lost([expected(taken.session, 3)])).toEqual([{ session: taken.session, why: "rows" }]);
});

// Fails when the owner is compared only after the statement: the other user gets nothing, but the connection has moved.
test("a takeover of another user's connection leaves it unchanged", async () => {
  const store = new SessionStore(pool, { graceMs: 60_000 });
  const session = newSession();
  await store.put(session, [held()]);
  await store.suspend(session);
  const row = async () =>
    (await db.pool.query("select * from app.rxdb_session where connection_id = $1", [session.connectionId])).rows;
  const before = await row();
  expect(before).toHaveLength(1);
  for (const thief of [{ userId: randomUUID() }, { organizationId: randomUUID() }])
    expect(await store.takeOver(wantedOf({ ...session, ...thief }, randomUUID()))).toBe("unknown");
  expect(await row()).toEqual(before);
});

// Fails when the statement alone decides: it moves the connection once, and both sockets would have the same generation.
test("of two takeovers of one connection in a batch the later one wins", async () => {
  const store = new SessionStore(pool, { graceMs: 60_000 });
  const session = newSession();
  await store.put(session, [held()]);
  const [first, second] = await Promise.all([
    store.takeOver(wantedOf(session, randomUUID())),
    store.takeOver(wantedOf(session, randomUUID())),
  ]);
  expect(first).toBe("replaced");
  expect(second).toMatchObject({ session: { generation: 2 } });
});

test("after the grace a connection is unknown, and housekeeping deletes it with its rows", async () => {
  const store = new SessionStore(pool, { graceMs: 1 });
  const session = newSession();
  await store.put(session, [held()]);
  await store.suspend(session);
  await db.pool.query("select pg_sleep(0.005)");
  expect(await store.takeOver(wantedOf(session, randomUUID()))).toBe("unknown");
  await db.pool.query("select app.reap_sessions()");
  expect(await sessionsOf(session)).toBe(0);
  expect(await rowsOf(session)).toEqual([]);
});

// Fails without the lock on the session: rows would be written after the next owner has read its subscriptions.
test("rows are not written after the connection was taken over", async () => {
  const store = new SessionStore(pool, { graceMs: 60_000 });
  const session = newSession();
  await store.put(session, [held()]);
  const other = await db.pool.connect();
  await other.query("begin");
  await other.query("update app.rxdb_session set generation = 2 where connection_id = $1", [session.connectionId]);
  const late = store.put(session, [held()]);
  const waits = "select 1 from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()";
  while ((await db.pool.query(waits)).rowCount === 0);
  await other.query("commit");
  other.release();
  expect(await late).toBe(false);
  expect(await rowsOf(session)).toHaveLength(1);
});

test("sockets that subscribe together share a few statements, and each gets its own answer", async () => {
  const store = new SessionStore(pool, { graceMs: 60_000 });
  const sessions = Array.from({ length: 100 }, newSession);
  const [lost] = sessions;
  if (!lost) throw new Error("no session");
  await store.put(lost, [held()]);
  await store.end(lost);
  statements.length = 0;
  const answers = await Promise.all(sessions.map((session) => store.put(session, [held(), held("within")])));
  expect(answers).toEqual(sessions.map((session) => session !== lost));
  expect(statements.length).toBeLessThanOrEqual(4);
  statements.length = 0;
  await Promise.all(sessions.map((session) => store.end(session)));
  expect(statements.length).toBeLessThanOrEqual(2);
  for (const session of sessions) expect(await sessionsOf(session)).toBe(0);
});
