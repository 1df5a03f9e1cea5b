import { randomUUID } from "node:crypto";
import type { DownMessage } from "@heliograph/protocol";
import type { TestSocket } from "@heliograph/testkit/socket/test-socket";
import { waitFor } from "@heliograph/testkit/wait/wait-for";
import { expect, test } from "vitest";
import { insertProjects, rename } from "./harness/fixture-rows.ts";
import { useTestCluster } from "./harness/test-cluster.ts";

const limit = 50;
/** Refusals in a row after which a socket is closed. */
const patience = 20;
const cluster = useTestCluster({ env: { MAX_SUBSCRIPTIONS: String(limit) } });

async function projects(count: number): Promise<string[]> {
  const { organizationId } = (await cluster().rest("alice")).person;
  const ids = await insertProjects(cluster().sql, { organizationId, count });
  await cluster().settled();
  return ids;
}

const ask = (socket: TestSocket, entityIds: string[]): Promise<DownMessage> =>
  socket.request({ type: "SUBSCRIBE", payload: { entityCode: "project", entityIds } });

async function rowsOf(socket: TestSocket): Promise<number> {
  const { rowCount } = await cluster().sql.query("select 1 from app.rxdb_subscription where connection_id = $1", [
    socket.connectionId,
  ]);
  return rowCount ?? 0;
}

/** Every one of them is told of a change of the row, and holds nothing less than before. */
async function stillTold(id: string, sockets: readonly TestSocket[]): Promise<void> {
  const version = await rename(cluster().sql, "project", id, `Told ${randomUUID()}`);
  for (const socket of sockets) await socket.untilVersion("project", id, version);
}

test("subscription limits: a SUBSCRIBE beyond the limit is answered with ERROR and adds nothing; what is held, and everybody else, goes on", async () => {
  const ids = await projects(limit);
  const more = await projects(1);
  const [first = ""] = ids;
  const socket = await cluster().socket("bob", 0);
  const others = [
    await cluster().socket("bob", 0),
    await cluster().socket("carol", 0),
    await cluster().socket("bob", 1),
  ];
  for (const other of others) await other.subscribe("project", [first]);
  expect((await socket.subscribe("project", ids)).count).toBe(limit);
  expect(await ask(socket, more)).toMatchObject({ type: "ERROR", payload: { code: "too_many_subscriptions" } });
  expect(await rowsOf(socket)).toBe(limit);
  await stillTold(first, [socket, ...others]);
  await rename(cluster().sql, "project", more[0] ?? "", "Nobody holds it");
  await stillTold(first, [socket, ...others]);
  expect(socket.versions.deliveries("project", more[0] ?? "")).toEqual([]);
  // Held already: no more than before.
  expect(await ask(socket, ids)).toMatchObject({ type: "SUBSCRIBED", payload: { count: limit } });
  await socket.request({ type: "UNSUBSCRIBE", payload: { entityCode: "project", entityIds: [ids[1] ?? ""] } });
  expect(await ask(socket, more)).toMatchObject({ type: "SUBSCRIBED", payload: { count: 1 } });
});

test("subscription limits: who is refused again and again is closed with 4413, that socket alone", async () => {
  const ids = await projects(limit);
  const more = await projects(1);
  const [first = ""] = ids;
  const greedy = await cluster().socket("bob", 0);
  const others = [await cluster().socket("bob", 0), await cluster().socket("alice", 0)];
  for (const other of others) await other.subscribe("project", [first]);
  await greedy.subscribe("project", ids);
  for (let refusal = 1; refusal < patience; refusal += 1)
    expect(await ask(greedy, more)).toMatchObject({ type: "ERROR" });
  // One that is served in between begins the count anew.
  await greedy.ping();
  for (let refusal = 1; refusal < patience; refusal += 1)
    expect(await ask(greedy, more)).toMatchObject({ type: "ERROR" });
  expect(greedy.isOpen).toBe(true);
  greedy.send({ type: "SUBSCRIBE", payload: { entityCode: "project", entityIds: more } });
  expect((await greedy.closed).code).toBe(4413);
  await stillTold(first, others);
  expect(others.every(({ isOpen }) => isOpen)).toBe(true);
  await waitFor("its session expires", async () => {
    const { rows } = await cluster().sql.query<{ expires: boolean }>(
      "select expires_ts is not null as expires from app.rxdb_session where connection_id = $1",
      [greedy.connectionId],
    );
    return rows.length === 0 || rows[0]?.expires === true;
  });
});

test("subscription limits: more ids in one message than it may name are refused as a whole", async () => {
  const socket = await cluster().socket("bob", 0);
  const answer = await ask(
    socket,
    Array.from({ length: 1001 }, () => randomUUID()),
  );
  expect(answer).toMatchObject({ type: "ERROR", payload: { code: "invalid_message" } });
  expect(await rowsOf(socket)).toBe(0);
  await socket.ping();
});

test("subscription limits: what was refused counts as well, and gives way to what can be read", async () => {
  const ids = await projects(10);
  const socket = await cluster().socket("bob", 0);
  const missing = Array.from({ length: limit }, () => randomUUID());
  expect((await socket.subscribe("project", missing)).gone).toHaveLength(limit);
  expect(await rowsOf(socket)).toBe(limit);
  expect((await socket.subscribe("project", ids)).count).toBe(ids.length);
  await waitFor("rows within the limit", async () => (await rowsOf(socket)) === limit);
  await stillTold(ids[0] ?? "", [socket]);
});
