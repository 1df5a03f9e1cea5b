import { randomUUID } from "node:crypto";
import type { DownMessage } from "@heliograph/protocol";
import type { TestSocket } from "@heliograph/testkit/socket/test-socket";
import { waitFor } from "@heliograph/testkit/wait/wait-for";
import { expect, test } from "vitest";
import { insertProjects, rename } from "./harness/fixture-rows.ts";
import { useTestCluster } from "./harness/test-cluster.ts";

const limit = 50;
/** Consecutive refusals after which a socket is closed. */
const maxRefusals = 20;
const cluster = useTestCluster({ env: { MAX_SUBSCRIPTIONS: String(limit) } });

async function projects(count: number): Promise<string[]> {
  const { organizationId } = (await cluster().rest("alice")).person;
  const ids = await insertProjects(cluster().sql, { organizationId, count });
  await cluster().settled();
  return ids;
}

const requestSubscribe = (socket: TestSocket, entityIds: string[]): Promise<DownMessage> =>
  socket.request({ type: "SUBSCRIBE", payload: { entityCode: "project", entityIds } });

async function countStored(socket: TestSocket): Promise<number> {
  const { rowCount } = await cluster().sql.query("select 1 from app.rxdb_subscription where connection_id = $1", [
    socket.connectionId,
  ]);
  return rowCount ?? 0;
}

/** Changes the project and waits until each socket has received the change. */
async function expectDelivery(id: string, sockets: readonly TestSocket[]): Promise<void> {
  const version = await rename(cluster().sql, "project", id, `Change ${randomUUID()}`);
  for (const socket of sockets) await socket.untilVersion("project", id, version);
}

test("[LIM-2] a SUBSCRIBE beyond the limit is answered by ERROR and adds nothing; its subscriptions and other sockets are not affected", async () => {
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
  expect(await requestSubscribe(socket, more)).toMatchObject({
    type: "ERROR",
    payload: { code: "too_many_subscriptions" },
  });
  expect(await countStored(socket)).toBe(limit);
  await expectDelivery(first, [socket, ...others]);
  await rename(cluster().sql, "project", more[0] ?? "", "Without subscribers");
  await expectDelivery(first, [socket, ...others]);
  expect(socket.versions.deliveries("project", more[0] ?? "")).toEqual([]);
  // Subscribed already, so the count stays within the limit.
  expect(await requestSubscribe(socket, ids)).toMatchObject({ type: "SUBSCRIBED", payload: { count: limit } });
  await socket.request({ type: "UNSUBSCRIBE", payload: { entityCode: "project", entityIds: [ids[1] ?? ""] } });
  expect(await requestSubscribe(socket, more)).toMatchObject({ type: "SUBSCRIBED", payload: { count: 1 } });
});

test("[CLO-2] a socket whose SUBSCRIBE is refused again and again is closed with 4413, and no other is", async () => {
  const ids = await projects(limit);
  const more = await projects(1);
  const [first = ""] = ids;
  const excessive = await cluster().socket("bob", 0);
  const others = [await cluster().socket("bob", 0), await cluster().socket("alice", 0)];
  for (const other of others) await other.subscribe("project", [first]);
  await excessive.subscribe("project", ids);
  for (let refusal = 1; refusal < maxRefusals; refusal += 1)
    expect(await requestSubscribe(excessive, more)).toMatchObject({ type: "ERROR" });
  // A message that is not refused resets the count.
  await excessive.ping();
  for (let refusal = 1; refusal < maxRefusals; refusal += 1)
    expect(await requestSubscribe(excessive, more)).toMatchObject({ type: "ERROR" });
  expect(excessive.isOpen).toBe(true);
  excessive.send({ type: "SUBSCRIBE", payload: { entityCode: "project", entityIds: more } });
  expect((await excessive.closed).code).toBe(4413);
  await expectDelivery(first, others);
  expect(others.every(({ isOpen }) => isOpen)).toBe(true);
  await waitFor("the session expires or is deleted", async () => {
    const { rows } = await cluster().sql.query<{ expires: boolean }>(
      "select expires_ts is not null as expires from app.rxdb_session where connection_id = $1",
      [excessive.connectionId],
    );
    return rows.length === 0 || rows[0]?.expires === true;
  });
});

test("[LIM-7] a message with more ids than allowed is refused as a whole", async () => {
  const socket = await cluster().socket("bob", 0);
  const answer = await requestSubscribe(
    socket,
    Array.from({ length: 1001 }, () => randomUUID()),
  );
  expect(answer).toMatchObject({ type: "ERROR", payload: { code: "invalid_message" } });
  expect(await countStored(socket)).toBe(0);
  await socket.ping();
});

test("[LIM-3] refused subscriptions count towards the limit and are dropped in favour of readable ones", async () => {
  const ids = await projects(10);
  const socket = await cluster().socket("bob", 0);
  const missing = Array.from({ length: limit }, () => randomUUID());
  expect((await socket.subscribe("project", missing)).gone).toHaveLength(limit);
  expect(await countStored(socket)).toBe(limit);
  expect((await socket.subscribe("project", ids)).count).toBe(ids.length);
  await waitFor("rows within the limit", async () => (await countStored(socket)) === limit);
  await expectDelivery(ids[0] ?? "", [socket]);
});
