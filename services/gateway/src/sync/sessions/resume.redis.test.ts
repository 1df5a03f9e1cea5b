import { randomUUID } from "node:crypto";
import { setImmediate } from "node:timers/promises";
import type { TestSocket } from "@heliograph/testkit/socket/test-socket";
import { afterAll, beforeAll, expect, test } from "vitest";
import { SyncCursorSeal } from "../delivery/sync-cursor.ts";
import { type LiveGateway, startLiveGateway } from "../testing/live-gateway.ts";

let a: LiveGateway;
let b: LiveGateway;
let organizationId: string;

beforeAll(async () => {
  a = await startLiveGateway();
  b = await startLiveGateway({}, { beside: a });
  ({ organizationId } = a.identity("bob"));
});
afterAll(async () => {
  await b[Symbol.asyncDispose]();
  await a[Symbol.asyncDispose]();
});

async function newProject(organization = organizationId): Promise<string> {
  const project = randomUUID();
  await a.db.pool.query("insert into app.project (id, organization_id, name, code) values ($1, $2, 'P', $3)", [
    project,
    organization,
    `R-${project.slice(0, 8).toUpperCase()}`,
  ]);
  await a.relay();
  return project;
}

async function rename(project: string, name: string): Promise<number> {
  const { rows } = await a.db.pool.query<{ version: string }>(
    "update app.project set name = $2 where id = $1 returning sync_version as version",
    [project, name],
  );
  return Number(rows[0]?.version);
}

const receivedVersion = (client: TestSocket, version: number) =>
  client.first("INVALIDATE", ({ payload }) => payload.changes.some((change) => change.version === version));

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await setImmediate();
}

type SessionRow = { gateway_id: string; generation: number; expires: number | null };
async function sessionOf(connectionId: string): Promise<SessionRow | undefined> {
  const { rows } = await a.db.pool.query<SessionRow>(
    `select gateway_id, generation::int, extract(epoch from expires_ts - clock_timestamp())::float8 as expires
       from app.rxdb_session where connection_id = $1`,
    [connectionId],
  );
  return rows[0];
}

const rowsOf = async (connectionId: string): Promise<number> =>
  (await a.db.pool.query("select 1 from app.rxdb_subscription where connection_id = $1", [connectionId])).rowCount ?? 0;

const replaysOf = async (gateway: LiveGateway, source: string): Promise<number> =>
  (await gateway.metrics.replays.get()).values.find(({ labels }) => labels["source"] === source)?.value ?? 0;

const seal = new SyncCursorSeal("another secret that only these tests know");
async function headOf(): Promise<{ epoch: string; seq: number }> {
  const { rows } = await a.db.pool.query<{ epoch: string; seq: number }>(
    "select log_epoch as epoch, head_seq::int as seq from app.sync_state",
  );
  if (!rows[0]) throw new Error("no state");
  return rows[0];
}

/** Bob on the first gateway, holding a row and a container. */
async function subscribed(project: string): Promise<TestSocket> {
  const client = await a.connect("bob");
  await client.subscribe("project", [project]);
  await client.subscribe("task", [], { within: [`tenant/${organizationId}`] });
  return client;
}

test("[RES-3] a lost connection resumes at the other gateway from the ring, with missed and new changes", async () => {
  const project = await newProject();
  const lost = await subscribed(project);
  const place = await lost.lose();
  await until(async () => ((await sessionOf(place.connectionId))?.expires ?? 0) > 55);
  expect(await rowsOf(place.connectionId)).toBe(2);
  const missed = await rename(project, "While away");
  await a.relay();
  const before = await replaysOf(b, "ring");
  await using back = await b.resume("bob", place);
  expect((await back.first("RESUMED")).payload.count).toBe(2);
  await receivedVersion(back, missed);
  expect(await replaysOf(b, "ring")).toBe(before + 1);
  expect(await sessionOf(place.connectionId)).toMatchObject({ generation: 2, expires: null });
  const later = await rename(project, "Live again");
  await a.relay();
  await receivedVersion(back, later);
  expect(back.changesOf(project).map(({ version }) => version)).toEqual([missed, later]);
  // An earlier BOOKMARK may have been sent between the two changes.
  const head = await headOf();
  const { payload } = await back.first("BOOKMARK", (one) => seal.open(one.payload.cursor)?.seq === head.seq);
  expect(seal.open(payload.cursor)).toEqual(head);
  expect(await back.request({ type: "UNSUBSCRIBE_ALL" })).toMatchObject({ payload: { count: 2 } });
  expect(await rowsOf(place.connectionId)).toBe(0);
});

test("a resume reads the log when the ring does not reach back; the cursor is too old when the log does not either", async () => {
  const project = await newProject();
  const lost = await subscribed(project);
  const place = await lost.lose();
  const missed = await rename(project, "Not in any ring");
  await a.relay();
  await a.db.pool.query(
    "update app.logging set sync_processed_ts = now() - interval '1 hour' where sync_seq is not null",
  );
  await using fresh = await startLiveGateway({}, { beside: a });
  await using back = await fresh.resume("bob", place);
  await receivedVersion(back, missed);
  expect(await replaysOf(fresh, "log")).toBe(1);
  const again = await back.lose();
  await a.db.pool.query("update app.sync_state set min_seq = head_seq + 1");
  await using late = await fresh.resume("bob", { ...again, cursor: place.cursor });
  expect((await late.first("RESET")).payload.reason).toBe("cursor_too_old");
  await a.db.pool.query("update app.sync_state set min_seq = 0");
});

test("a gateway fills its ring from the log before it is ready", async () => {
  const project = await newProject();
  const lost = await subscribed(project);
  const place = await lost.lose();
  const missed = await rename(project, "Before the start");
  await a.relay();
  await using fresh = await startLiveGateway({}, { beside: a });
  await using back = await fresh.resume("bob", place);
  await receivedVersion(back, missed);
  expect([await replaysOf(fresh, "ring"), await replaysOf(fresh, "log")]).toEqual([1, 0]);
});

// Fails when the gateway answers from its own position: changes it has not received yet would be skipped forever.
test("[RES-11] a cursor ahead of the gateway makes it catch up; one ahead of the database is refused", async () => {
  const project = await newProject();
  const lost = await subscribed(project);
  const place = await lost.lose();
  const missed = await rename(project, "Without a hint");
  await a.claim();
  const head = await headOf();
  await using back = await b.resume("bob", { ...place, cursor: seal.seal(head) });
  await back.first("RESUMED");
  expect(back.changesOf(project)).toEqual([]);
  const again = await back.lose();
  await using further = await b.resume("bob", { ...again, cursor: seal.seal({ ...head, seq: head.seq + 1 }) });
  expect((await further.first("RESET")).payload.reason).toBe("cursor_ahead");
  await using other = await b.resume("bob", { ...again, cursor: seal.seal({ ...head, epoch: randomUUID() }) });
  expect((await other.first("RESET")).payload.reason).toBe("other_history");
  await using behind = await b.resume("bob", { ...again, cursor: place.cursor });
  await receivedVersion(behind, missed);
});

test("other users can neither take a connection over nor learn whether it exists", async () => {
  const project = await newProject();
  const lost = await subscribed(project);
  const { cursor } = lost.resumePoint;
  for (const thief of ["carol", "dave"] as const)
    for (const connectionId of [lost.connectionId, randomUUID()]) {
      await using socket = await b.resume(thief, { connectionId, cursor });
      expect(await socket.first("RESET")).toEqual({ type: "RESET", payload: { reason: "session" } });
    }
  // In one statement with the owner's takeover.
  const place = await lost.lose();
  const [stolen, own] = await Promise.all([b.resume("carol", place), b.resume("bob", place)]);
  expect((await stolen.first("RESET")).payload.reason).toBe("session");
  expect((await own.first("RESUMED")).payload.count).toBe(2);
  await stolen.lose();
  const expired = await own.lose();
  await until(async () => (await sessionOf(place.connectionId))?.expires !== null);
  await a.db.pool.query("update app.rxdb_session set expires_ts = now() - interval '1 s' where connection_id = $1", [
    place.connectionId,
  ]);
  await using late = await b.resume("bob", expired);
  expect((await late.first("RESET")).payload.reason).toBe("session");
  await a.db.pool.query("select app.reap_sessions()");
  expect(await sessionOf(place.connectionId)).toBeUndefined();
  expect(await rowsOf(place.connectionId)).toBe(0);
});

test("with a duplicated tab the later one gets the connection; the earlier is closed with 4409 and leaves the rows alone", async () => {
  const project = await newProject();
  const first = await subscribed(project);
  await using second = await b.resume("bob", first.resumePoint);
  await second.first("RESUMED");
  // At its next write: it is on the other gateway.
  first.send({ type: "SUBSCRIBE", payload: { entityCode: "project", entityIds: [project] } });
  expect(await first.closeCode).toBe(4409);
  await using third = await b.resume("bob", { connectionId: second.connectionId, cursor: second.resumePoint.cursor });
  expect(await second.closeCode).toBe(4409);
  await third.first("RESUMED");
  expect(await sessionOf(third.connectionId)).toMatchObject({ generation: 3, expires: null });
  const tabs = await Promise.all(Array.from({ length: 5 }, () => b.resume("bob", third.resumePoint)));
  expect(await third.closeCode).toBe(4409);
  const left = new Set(tabs);
  for (const tab of tabs) void tab.closed.then(() => left.delete(tab));
  await until(async () => left.size === 1);
  const [winner] = left;
  if (!winner) throw new Error("all of them were closed");
  await Promise.all(tabs.filter((tab) => tab !== winner).map(async (tab) => expect(await tab.closeCode).toBe(4409)));
  await winner.first("RESUMED");
  const version = await rename(project, "For the winner");
  await a.relay();
  await receivedVersion(winner, version);
  expect(await rowsOf(winner.connectionId)).toBe(2);
  await winner.lose();
});

// Fails when the clean-up of a gateway is not conditional on gateway and generation.
test("late statements of a frozen gateway change nothing", async () => {
  const project = await newProject();
  const lost = await subscribed(project);
  const query = a.syncPool.query.bind(a.syncPool);
  let thaw: () => void = () => undefined;
  const frozen = new Promise<void>((resolve) => {
    thaw = resolve;
  });
  const late: Promise<unknown>[] = [];
  a.syncPool.query = ((...given: unknown[]) => {
    const run = (): unknown => (query as (...all: unknown[]) => unknown)(...given);
    if (!String(given[0]).includes("rxdb_session")) return run();
    const answer = frozen.then(run);
    late.push(answer);
    return answer;
  }) as typeof a.syncPool.query;
  const place = await lost.lose();
  await using back = await b.resume("bob", place);
  await back.first("RESUMED");
  await until(async () => late.length > 0);
  thaw();
  await Promise.all(late);
  a.syncPool.query = query as typeof a.syncPool.query;
  expect(await sessionOf(place.connectionId)).toMatchObject({ generation: 2, expires: null });
  expect(await rowsOf(place.connectionId)).toBe(2);
});

test("a connection that another gateway took over is noticed without a write, and lost rows are written again", async () => {
  const project = await newProject();
  await using kept = await subscribed(project);
  const taken = await subscribed(project);
  await a.db.pool.query("update app.rxdb_session set gateway_id = $2, generation = 9 where connection_id = $1", [
    taken.connectionId,
    randomUUID(),
  ]);
  await a.db.pool.query("delete from app.rxdb_subscription where connection_id = $1", [kept.connectionId]);
  await a.db.pool.query("delete from app.rxdb_session where connection_id = $1", [kept.connectionId]);
  expect(await taken.closeCode).toBe(4409);
  expect(await sessionOf(taken.connectionId)).toMatchObject({ generation: 9 });
  await until(async () => (await rowsOf(kept.connectionId)) === 2);
  expect(kept.isOpen).toBe(true);
});

// Fails when only sessions are compared: the subscription table alone may be lost, by a crash or by mistake.
test("subscription rows that are lost under a live socket are rewritten, and RESUME elsewhere finds them", async () => {
  const project = await newProject();
  const kept = await subscribed(project);
  expect(await kept.subscribe("project", [randomUUID()])).toMatchObject({ count: 0 });
  await a.db.pool.query("truncate app.rxdb_subscription");
  await until(async () => (await rowsOf(kept.connectionId)) === 3);
  await a.db.pool.query("delete from app.rxdb_subscription where connection_id = $1 and entity_id = $2", [
    kept.connectionId,
    project,
  ]);
  await until(async () => (await rowsOf(kept.connectionId)) === 3);
  const place = await kept.lose();
  const missed = await rename(project, "While away");
  await a.relay();
  await using back = await b.resume("bob", place);
  expect((await back.first("RESUMED")).payload.count).toBe(2);
  await receivedVersion(back, missed);
});

// Fails when a BOOKMARK does not wait for reads of rights: the client would resume behind a signal it never received.
test("no BOOKMARK while rights are being read, and the change is delivered after RESUME", async () => {
  const project = await newProject();
  await using client = await subscribed(project);
  const version = await rename(project, "Before");
  await a.relay();
  await receivedVersion(client, version);
  await client.first("BOOKMARK");
  // A sweep that sends this socket its BOOKMARK would send the other one its own.
  const foreign = await newProject(a.identity("dave").organizationId);
  await using witness = await a.connect("dave");
  await witness.subscribe("project", [foreign]);
  const connect = a.pool.connect.bind(a.pool);
  let go: () => void = () => undefined;
  const held = new Promise<void>((resolve) => {
    go = resolve;
  });
  a.pool.connect = (async () => {
    await held;
    return connect();
  }) as typeof a.pool.connect;
  const { cursor } = client.resumePoint;
  const { rows } = await a.db.pool.query<{ version: string }>(
    "update app.project set is_private = true where id = $1 returning sync_version as version",
    [project],
  );
  expect(rows).toHaveLength(1);
  await rename(foreign, "For the witness");
  await a.relay();
  const { seq } = await headOf();
  await witness.first("BOOKMARK", ({ payload }) => (seal.open(payload.cursor)?.seq ?? 0) >= seq);
  expect(client.resumePoint.cursor).toBe(cursor);
  const place = await client.lose();
  go();
  a.pool.connect = connect;
  await using back = await b.resume("bob", place);
  await back.first("GONE", ({ payload }) => payload.entityIds.includes(project));
});

test("two hundred sockets that lose their gateway resume with few statements and no read of the log", async () => {
  const gone = await startLiveGateway({ MAX_SOCKETS_PER_USER: "1000", DRAIN_MS: "500" }, { beside: a });
  await using heir = await startLiveGateway({ MAX_SOCKETS_PER_USER: "1000" }, { beside: a });
  const project = await newProject();
  const clients = await Promise.all(Array.from({ length: 200 }, () => gone.connect("bob")));
  await Promise.all(clients.map((client) => client.subscribe("project", [project])));
  const statements: string[] = [];
  const query = heir.syncPool.query.bind(heir.syncPool);
  // The first takeover waits until every client has asked for its own. Otherwise the number of statements would depend on
  // how fast the machine opens sockets.
  const allAsked = Promise.withResolvers<void>();
  heir.syncPool.query = (async (...given: unknown[]) => {
    const statement = typeof given[0] === "string" ? given[0] : (given[0] as { text: string }).text;
    // Periodic statements of the gateway, independent of the number of sockets.
    if (!/update app.gateway|from app.sync_state/.test(statement)) statements.push(statement);
    if (/resume_sessions/.test(statement)) await allAsked.promise;
    return (query as (...all: unknown[]) => unknown)(...given);
  }) as typeof heir.syncPool.query;
  const connect = heir.pool.connect.bind(heir.pool);
  heir.pool.connect = ((...given: unknown[]) => {
    statements.push("a read of rights");
    return (connect as (...all: unknown[]) => unknown)(...given);
  }) as typeof heir.pool.connect;
  const asking = clients.map(async (client) => {
    const { payload } = await client.first("GOAWAY");
    expect(payload.afterMs).toBeLessThan(500);
    expect(await client.closeCode).toBe(1012);
    return heir.resume("bob", client.resumePoint);
  });
  const stopping = gone.stop();
  const back = await Promise.all(asking);
  allAsked.resolve();
  await Promise.all(back.map((client) => client.first("RESUMED")));
  expect(statements.length).toBeLessThanOrEqual(0.1 * clients.length);
  await stopping;
  expect(await replaysOf(heir, "log")).toBe(0);
  expect(await replaysOf(heir, "ring")).toBe(200);
  const version = await rename(project, "After the restart");
  await a.relay();
  await Promise.all(back.map((client) => receivedVersion(client, version)));
  await Promise.all(back.map((client) => client.lose()));
  await gone[Symbol.asyncDispose]();
});

test("DELAYED is sent without a leader or while changes wait for their number; a BOOKMARK ends it", async () => {
  await using client = await a.connect("bob");
  const lease = async (until: string): Promise<void> => {
    await a.db.pool.query("update app.sync_state set lease_until = $1::timestamptz", [until]);
  };
  const delays = (): number => client.received.filter(({ type }) => type === "DELAYED").length;
  const recovered = async (): Promise<void> => {
    const bookmarks = client.received.filter(({ type }) => type === "BOOKMARK").length;
    await until(async () => client.received.filter(({ type }) => type === "BOOKMARK").length > bookmarks);
  };
  const since = new Date(Date.now() - 1000).toISOString();
  await lease(since);
  expect((await client.first("DELAYED")).payload.since).toBe(since);
  await lease("infinity");
  await recovered();
  const project = randomUUID();
  await a.db.pool.query("insert into app.project (id, organization_id, name, code) values ($1, $2, 'P', $3)", [
    project,
    organizationId,
    `D-${project.slice(0, 8).toUpperCase()}`,
  ]);
  await a.db.pool.query("update app.logging set created_ts = now() - interval '6 s' where entity_id = $1", [project]);
  await until(async () => delays() === 2);
  await a.relay();
  await recovered();
});
