import { settle } from "@heliograph/shared/testing/settle";
import { expect, test } from "vitest";
import { bufferMark } from "../delivery/signal-queue.ts";
import { id, item, Scene } from "../testing/scene.ts";

test("WELCOME is the first frame", () => {
  const scene = new Scene();
  const client = scene.connect();
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
          dormant: true,
          covered: true,
        },
        pingIntervalMs: 25_000,
      },
    },
  ]);
});

test("PING is answered with its id", async () => {
  const client = new Scene().connect();
  expect(await client.tell({ type: "PING", id: "7" })).toEqual([{ type: "PONG", id: "7" }]);
  expect(await client.tell({ type: "PING" })).toEqual([{ type: "PONG" }]);
});

test("a malformed message is answered; twenty in a row end the socket", async () => {
  const client = new Scene().connect();
  for (let bad = 0; bad < 19; bad += 1) expect(await client.tell("{")).toMatchObject([{ type: "ERROR" }]);
  await client.tell({ type: "PING" });
  for (let bad = 0; bad < 19; bad += 1) await client.tell("{");
  expect(client.connection.open).toBe(true);
  await client.tell("{");
  expect(client.socket.closedWith).toBe(4400);
});

test("an honest mistake is not a malformed message", async () => {
  const client = new Scene().connect();
  for (let wrong = 0; wrong < 30; wrong += 1)
    await client.tell({ type: "SUBSCRIBE", payload: { entityCode: "nonsense", entityIds: [] } });
  expect(client.connection.open).toBe(true);
});

test("exceeding the limit of subscriptions again and again ends the socket", async () => {
  const client = new Scene({ maxSubscriptions: 0 }).connect();
  for (let more = 0; more < 19; more += 1)
    await client.tell({ type: "SUBSCRIBE", payload: { entityCode: "task", entityIds: [id()] } });
  expect(client.connection.open).toBe(true);
  await client.tell({ type: "SUBSCRIBE", payload: { entityCode: "task", entityIds: [id()] } });
  expect(client.socket.closedWith).toBe(4413);
});

test("a binary frame ends the socket", () => {
  const client = new Scene().connect();
  client.connection.receive(null);
  expect(client.socket.closedWith).toBe(4400);
});

test("a flood ends the socket, a steady stream does not", async () => {
  const scene = new Scene({ messageBurst: 20, messagesPerSecond: 10 });
  const steady = scene.connect();
  for (let second = 0; second < 10; second += 1) {
    for (let message = 0; message < 10; message += 1) await steady.tell({ type: "PING" });
    await scene.clock.advance(1000);
  }
  expect(steady.connection.open).toBe(true);
  const flood = scene.connect();
  for (let message = 0; message < 21; message += 1) flood.say({ type: "PING" });
  await settle();
  expect(flood.socket.closedWith).toBe(4429);
});

test("a client that sends faster than it is served is not read any further", async () => {
  const scene = new Scene({ maxQueuedMessages: 4 });
  scene.questions = [];
  const client = scene.connect();
  client.say({ type: "SUBSCRIBE", payload: { entityCode: "task", entityIds: [id()] } });
  for (let message = 0; message < 4; message += 1) client.say({ type: "PING" });
  expect(client.socket.paused).toBe(true);
  await settle();
  scene.questions[0]?.answer();
  await settle();
  expect(client.socket.paused).toBe(false);
});

test("a client that asks and does not read is not answered further", async () => {
  const scene = new Scene({ maxWaitMs: 5000 });
  scene.connections.startSweeping();
  const client = scene.connect();
  client.socket.bufferedAmount = bufferMark + 1;
  expect(await client.tell({ type: "PING" })).toEqual([]);
  client.socket.bufferedAmount = 0;
  client.connection.drained();
  await settle();
  expect(client.socket.take()).toEqual([{ type: "PONG" }]);
  client.socket.bufferedAmount = bufferMark + 1;
  await client.tell({ type: "PING" });
  await scene.clock.advance(7000);
  expect(client.socket.closedWith).toBe(4008);
});

test("two pings without any sign of life end the socket; any frame is one", async () => {
  const scene = new Scene();
  scene.connections.startSweeping();
  const dead = scene.connect();
  const alive = scene.connect();
  for (let second = 0; second < 80; second += 1) {
    await scene.clock.advance(1000);
    if (second % 20 === 0) alive.say({ type: "PING" });
  }
  expect(dead.socket.pings).toBe(2);
  expect(dead.socket.closedWith).toBe(4408);
  expect(dead.socket.terminated).toBe(true);
  expect(alive.connection.open).toBe(true);
});

test("a socket ends with its token, and hears nothing after it", async () => {
  const scene = new Scene();
  const row = id();
  scene.readable.set(row, 1);
  const client = scene.connect({ expiresIn: 10 });
  await client.tell({ type: "SUBSCRIBE", payload: { entityCode: "task", entityIds: [row] } });
  await scene.clock.advance(10_000);
  await scene.apply(item({ entityId: row, version: 2 }));
  expect(client.socket.take()).toEqual([]);
  expect(client.socket.closedWith).toBe(4401);
});

test("an idle socket ends with its token, too", async () => {
  const scene = new Scene();
  scene.connections.startSweeping();
  const client = scene.connect({ expiresIn: 10 });
  await scene.clock.advance(11_000);
  expect(client.socket.closedWith).toBe(4401);
});

test("signals that wait too long, or too many of them, end a slow socket", async () => {
  const scene = new Scene({ maxWaitMs: 5000, maxWaiting: 100 });
  scene.connections.startSweeping();
  const [row, box] = [id(), id()];
  scene.readable.set(row, 1);
  scene.containers.add(box);
  const late = await scene.subscribed({ ids: [row] });
  late.socket.bufferedAmount = bufferMark + 1;
  await scene.apply(item({ entityId: row, version: 2 }));
  await scene.clock.advance(4000);
  expect(late.connection.open).toBe(true);
  await scene.clock.advance(2500);
  expect(late.socket.closedWith).toBe(4008);

  const many = await scene.subscribed({ within: [box] });
  many.socket.bufferedAmount = bufferMark + 1;
  await scene.apply(...Array.from({ length: 101 }, () => item({ entityId: id(), containerIds: [box] })));
  expect(many.socket.closedWith).toBe(4008);
  expect(many.connection.outbox.size).toBe(0);
});

test("a socket that does not answer a close is cut off", async () => {
  const scene = new Scene();
  const client = scene.connect();
  client.connection.close(1012, "test");
  expect(client.socket.terminated).toBe(false);
  await scene.clock.advance(3000);
  expect(client.socket.terminated).toBe(true);
});

test("all sockets begin afresh, spread over the time given", async () => {
  const scene = new Scene();
  const client = scene.connect();
  void scene.connections.restartAll("test", 10_000);
  await scene.clock.advance(4999);
  const later = scene.connect();
  expect(client.connection.open).toBe(true);
  await scene.clock.advance(2);
  expect(client.socket.closedWith).toBe(1012);
  await scene.clock.advance(20_000);
  expect(later.connection.open).toBe(true);
});

test("a person may have so many sockets and no more, over all organizations", () => {
  const scene = new Scene({ maxSocketsPerUser: 2 });
  const personId = id();
  scene.connect({ personId });
  const second = scene.connect({ personId });
  expect(scene.connections.hasRoomFor(personId)).toBe(false);
  expect(scene.connections.hasRoomFor(id())).toBe(true);
  second.leave();
  expect(scene.connections.hasRoomFor(personId)).toBe(true);
});
