import type { DownMessage } from "@heliograph/protocol";
import { settle } from "@heliograph/shared/testing/settle";
import { expect, test } from "vitest";
import { id, item, Scene } from "../testing/scene.ts";
import { bufferMark } from "./signal-queue.ts";

const bookmarksOf = (frames: readonly DownMessage[]): string[] =>
  frames.flatMap((frame) => (frame.type === "BOOKMARK" ? [frame.payload.cursor] : []));
const types = (frames: readonly DownMessage[]): string[] => frames.map(({ type }) => type);

async function watched() {
  const scene = new Scene();
  scene.connections.startSweeping();
  const row = id();
  scene.readable.set(row, 1);
  const client = await scene.subscribed({ ids: [row] });
  client.socket.take();
  return { scene, row, client, socket: client.socket };
}

test("after signals, at most one a second; in quiet times every 10 s", async () => {
  const { scene, row, socket } = await watched();
  for (const version of [2, 3, 4]) await scene.apply(item({ entityId: row, version }));
  await scene.clock.advance(1000);
  expect(types(socket.take())).toEqual(["INVALIDATE", "INVALIDATE", "INVALIDATE", "BOOKMARK"]);
  await scene.clock.advance(9000);
  expect(socket.take()).toEqual([]);
  await scene.clock.advance(1000);
  expect(bookmarksOf(socket.take())).toEqual([scene.cursor]);
});

// Fails when the outbox is not looked at: the client would resume behind a signal that it never got.
test("not while signals wait for a slow socket", async () => {
  const { scene, row, client, socket } = await watched();
  socket.bufferedAmount = bufferMark + 1;
  await scene.apply(item({ entityId: row, version: 2 }));
  await scene.clock.advance(5000);
  expect(socket.take()).toEqual([]);
  socket.bufferedAmount = 0;
  client.connection.drained();
  await scene.clock.advance(1000);
  expect(types(socket.take())).toEqual(["INVALIDATE", "BOOKMARK"]);
});

// Fails when a read of rights is not waited for: what it finds would be told behind the bookmark that vouches for it.
test("not while rights are being read, for any socket of the user", async () => {
  const { scene, row, socket } = await watched();
  scene.questions = [];
  await scene.apply(item({ entityId: row, version: 2, recheck: true }));
  await scene.clock.advance(25_000);
  expect(socket.take()).toEqual([]);
  scene.questions[0]?.answer();
  await scene.clock.advance(1000);
  expect(types(socket.take())).toEqual(["INVALIDATE", "BOOKMARK"]);
});

test("not during a SUBSCRIBE or RESUME", async () => {
  const { scene, client, socket } = await watched();
  scene.questions = [];
  client.say({ type: "SUBSCRIBE", payload: { entityCode: "task", entityIds: [id()] } });
  await scene.clock.advance(25_000);
  expect(socket.take()).toEqual([]);
  scene.questions[0]?.answer();
  await scene.clock.advance(1000);
  expect(types(socket.take())).toEqual(["SUBSCRIBED", "BOOKMARK"]);

  const personId = id();
  scene.questions = undefined;
  const lost = await scene.subscribed({ within: [], ids: [...scene.readable.keys()], personId });
  const place = { connectionId: lost.connection.id, cursor: scene.cursor };
  lost.leave();
  await settle();
  let go: () => void = () => undefined;
  scene.beforeReplay = new Promise((resolve) => {
    go = resolve;
  });
  const back = await scene.resume(place, { personId });
  await scene.clock.advance(25_000);
  expect(back.socket.take()).toEqual([]);
  go();
  await scene.clock.advance(1000);
  expect(types(back.socket.take())).toEqual(["RESUMED", "BOOKMARK"]);
});

// Fails when rows of what is no longer readable are not waited for: a later resume would hold them again, and nothing
// after its cursor would ask for another read of rights.
test("not while rows of a withdrawn subscription are still there", async () => {
  const { scene, row, socket } = await watched();
  scene.readable.clear();
  scene.failRows = true;
  await scene.apply(item({ entityId: row, version: 2, recheck: true, restricted: true }));
  await scene.clock.advance(20_000);
  expect(types(socket.take())).toEqual(["GONE"]);
  scene.failRows = false;
  await scene.clock.advance(4000);
  expect(types(socket.take())).toEqual(["BOOKMARK"]);
  expect(scene.heldRows).toEqual([]);
});

test("DELAYED instead while changes do not come, and a BOOKMARK when they do again", async () => {
  const { scene, row, socket } = await watched();
  scene.behindSince = Date.UTC(2026, 0, 1);
  await scene.clock.advance(7000);
  // Seen once, which may be a transaction that was open for long: no DELAYED yet, but no bookmark either.
  await scene.apply(item({ entityId: row, version: 2 }));
  await scene.clock.advance(2000);
  expect(types(socket.take())).toEqual(["INVALIDATE"]);
  await scene.clock.advance(11_000);
  expect(types(socket.take())).toEqual(["DELAYED"]);
  const newcomer = scene.connect();
  await scene.clock.advance(1000);
  expect(newcomer.socket.take().at(-1)).toEqual({ type: "DELAYED", payload: { since: "2026-01-01T00:00:00.000Z" } });
  scene.behindSince = null;
  await scene.clock.advance(6000);
  expect(bookmarksOf(socket.take())).toEqual([scene.cursor]);
  expect(bookmarksOf(newcomer.socket.take())).toEqual([scene.cursor]);
});

test("a database that is silent delays, too", async () => {
  const { scene, socket } = await watched();
  scene.headAnswers = false;
  await scene.clock.advance(13_000);
  expect(types(socket.take())).toEqual(["BOOKMARK", "DELAYED"]);
  expect(scene.delay.since).toBe(Date.UTC(2026, 0, 1));
});

// Fails without the mark on the socket: its cursor would already be one of the new history, before it was told to compare.
test("RESET reaches all sockets within the time given; until then they know that they are behind, and get no bookmark", async () => {
  const { scene, row, socket } = await watched();
  scene.position = { epoch: "two", seq: 7 };
  void scene.connections.resetAll("other_history", 30_000);
  expect(types(socket.take())).toEqual(["DELAYED"]);
  await scene.clock.advance(14_000);
  expect(socket.take()).toEqual([]);
  await scene.clock.advance(1000);
  expect(socket.take()).toEqual([
    { type: "RESET", payload: { reason: "other_history" } },
    { type: "BOOKMARK", payload: { cursor: "two@7" } },
  ]);
  expect(scene.index.size + scene.rows.size).toBe(0);
  await scene.apply(item({ entityId: row, version: 2 }));
  expect(socket.take()).toEqual([]);
  expect(socket.closedWith).toBeUndefined();
});
