import { settle } from "@heliograph/shared/testing/settle";
import { expect, test } from "vitest";
import { id, logChange, TestSyncCore } from "../testing/test-sync-core.ts";
import { highWaterMark } from "./signal-queue.ts";

test("[CON-5] WELCOME is the first frame", () => {
  const core = new TestSyncCore();
  const client = core.connect();
  expect(client.socket.take()).toEqual([
    {
      type: "WELCOME",
      payload: {
        connectionId: client.connection.id,
        cursor: "one@100",
        limits: {
          maxMessageBytes: 65_536,
          maxIdsPerMessage: 1000,
          maxSubscriptions: 10_000,
          rechecksRefused: true,
          covered: true,
        },
        pingIntervalMs: 25_000,
      },
    },
  ]);
});

test("[CON-6] PING is answered with its id", async () => {
  const client = new TestSyncCore().connect();
  expect(await client.request({ type: "PING", id: "7" })).toEqual([{ type: "PONG", id: "7" }]);
  expect(await client.request({ type: "PING" })).toEqual([{ type: "PONG" }]);
});

test("[CON-8, CLO-1] a malformed message is answered; twenty in a row close the socket", async () => {
  const client = new TestSyncCore().connect();
  for (let bad = 0; bad < 19; bad += 1) expect(await client.request("{")).toMatchObject([{ type: "ERROR" }]);
  await client.request({ type: "PING" });
  for (let bad = 0; bad < 19; bad += 1) await client.request("{");
  expect(client.connection.open).toBe(true);
  await client.request("{");
  expect(client.socket.closedWith).toBe(4400);
});

test("a well-formed message that is refused does not count as malformed", async () => {
  const client = new TestSyncCore().connect();
  for (let wrong = 0; wrong < 30; wrong += 1)
    await client.request({ type: "SUBSCRIBE", payload: { entityCode: "nonsense", entityIds: [] } });
  expect(client.connection.open).toBe(true);
});

test("[CLO-2] exceeding the subscription limit repeatedly closes the socket", async () => {
  const client = new TestSyncCore({ maxSubscriptions: 0 }).connect();
  for (let more = 0; more < 19; more += 1)
    await client.request({ type: "SUBSCRIBE", payload: { entityCode: "task", entityIds: [id()] } });
  expect(client.connection.open).toBe(true);
  await client.request({ type: "SUBSCRIBE", payload: { entityCode: "task", entityIds: [id()] } });
  expect(client.socket.closedWith).toBe(4413);
});

test("[CLO-1] a binary frame closes the socket", () => {
  const client = new TestSyncCore().connect();
  client.connection.receive(null);
  expect(client.socket.closedWith).toBe(4400);
});

test("[CLO-3] a flood of messages closes the socket, a steady stream does not", async () => {
  const core = new TestSyncCore({ messageBurst: 20, messagesPerSecond: 10 });
  const steady = core.connect();
  for (let second = 0; second < 10; second += 1) {
    for (let message = 0; message < 10; message += 1) await steady.request({ type: "PING" });
    await core.clock.advance(1000);
  }
  expect(steady.connection.open).toBe(true);
  const flood = core.connect();
  for (let message = 0; message < 21; message += 1) flood.send({ type: "PING" });
  await settle();
  expect(flood.socket.closedWith).toBe(4429);
});

test("[LIM-5] reading stops while a client sends faster than it is served", async () => {
  const core = new TestSyncCore({ maxQueuedMessages: 4 });
  core.heldReads = [];
  const client = core.connect();
  client.send({ type: "SUBSCRIBE", payload: { entityCode: "task", entityIds: [id()] } });
  for (let message = 0; message < 4; message += 1) client.send({ type: "PING" });
  expect(client.socket.paused).toBe(true);
  await settle();
  core.heldReads[0]?.answer();
  await settle();
  expect(client.socket.paused).toBe(false);
});

test("[LIM-5] a client that does not read its answers gets no further ones", async () => {
  const core = new TestSyncCore({ maxWaitMs: 5000 });
  core.connections.startSweeping();
  const client = core.connect();
  client.socket.bufferedAmount = highWaterMark + 1;
  expect(await client.request({ type: "PING" })).toEqual([]);
  client.socket.bufferedAmount = 0;
  client.connection.drained();
  await settle();
  expect(client.socket.take()).toEqual([{ type: "PONG" }]);
  client.socket.bufferedAmount = highWaterMark + 1;
  await client.request({ type: "PING" });
  await core.clock.advance(7000);
  expect(client.socket.closedWith).toBe(4008);
});

test("[CLO-4] two unanswered pings close the socket; any frame counts as an answer", async () => {
  const core = new TestSyncCore();
  core.connections.startSweeping();
  const dead = core.connect();
  const alive = core.connect();
  for (let second = 0; second < 80; second += 1) {
    await core.clock.advance(1000);
    if (second % 20 === 0) alive.send({ type: "PING" });
  }
  expect(dead.socket.pings).toBe(2);
  expect(dead.socket.closedWith).toBe(4408);
  expect(dead.socket.terminated).toBe(true);
  expect(alive.connection.open).toBe(true);
});

test("[AUTH-4] a socket closes when its token expires and receives nothing after it", async () => {
  const core = new TestSyncCore();
  const row = id();
  core.readable.set(row, 1);
  const client = core.connect({ expiresIn: 10 });
  await client.request({ type: "SUBSCRIBE", payload: { entityCode: "task", entityIds: [row] } });
  await core.clock.advance(10_000);
  await core.apply(logChange({ entityId: row, version: 2 }));
  expect(client.socket.take()).toEqual([]);
  expect(client.socket.closedWith).toBe(4401);
});

test("an idle socket closes when its token expires", async () => {
  const core = new TestSyncCore();
  core.connections.startSweeping();
  const client = core.connect({ expiresIn: 10 });
  await core.clock.advance(11_000);
  expect(client.socket.closedWith).toBe(4401);
});

test("[LIM-4] signals that wait too long, or too many of them, close a slow socket", async () => {
  const core = new TestSyncCore({ maxWaitMs: 5000, maxWaiting: 100 });
  core.connections.startSweeping();
  const [row, box] = [id(), id()];
  core.readable.set(row, 1);
  core.readableContainers.add(box);
  const late = await core.subscribed({ ids: [row] });
  late.socket.bufferedAmount = highWaterMark + 1;
  await core.apply(logChange({ entityId: row, version: 2 }));
  await core.clock.advance(4000);
  expect(late.connection.open).toBe(true);
  await core.clock.advance(2500);
  expect(late.socket.closedWith).toBe(4008);

  const many = await core.subscribed({ within: [box] });
  many.socket.bufferedAmount = highWaterMark + 1;
  await core.apply(...Array.from({ length: 101 }, () => logChange({ entityId: id(), containerIds: [box] })));
  expect(many.socket.closedWith).toBe(4008);
  expect(many.connection.signals.size).toBe(0);
});

test("[CLO-8] a socket that does not answer a close is cut off", async () => {
  const core = new TestSyncCore();
  const client = core.connect();
  client.connection.close(1012, "test");
  expect(client.socket.terminated).toBe(false);
  await core.clock.advance(3000);
  expect(client.socket.terminated).toBe(true);
});

test("[CLO-6] all sockets are closed, spread over the time given", async () => {
  const core = new TestSyncCore();
  const client = core.connect();
  void core.connections.closeAll("test", 10_000);
  await core.clock.advance(4999);
  const later = core.connect();
  expect(client.connection.open).toBe(true);
  await core.clock.advance(2);
  expect(client.socket.closedWith).toBe(1012);
  await core.clock.advance(20_000);
  expect(later.connection.open).toBe(true);
});

test("[LIM-6] the limit of sockets per person counts all organizations", () => {
  const core = new TestSyncCore({ maxSocketsPerUser: 2 });
  const personId = id();
  core.connect({ personId });
  const second = core.connect({ personId });
  expect(core.connections.hasRoomFor(personId)).toBe(false);
  expect(core.connections.hasRoomFor(id())).toBe(true);
  second.disconnect();
  expect(core.connections.hasRoomFor(personId)).toBe(true);
});
