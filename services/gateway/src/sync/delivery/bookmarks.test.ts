import type { DownMessage } from "@heliograph/protocol";
import { settle } from "@heliograph/shared/testing/settle";
import { expect, test } from "vitest";
import { highWaterMark } from "../connection/signal-queue.ts";
import { id, logChange, TestSyncCore } from "../testing/test-sync-core.ts";

const bookmarksOf = (frames: readonly DownMessage[]): string[] =>
  frames.flatMap((frame) => (frame.type === "BOOKMARK" ? [frame.payload.cursor] : []));
const types = (frames: readonly DownMessage[]): string[] => frames.map(({ type }) => type);

async function watched() {
  const core = new TestSyncCore();
  core.connections.startSweeping();
  const row = id();
  core.readable.set(row, 1);
  const client = await core.subscribed({ ids: [row] });
  client.socket.take();
  return { core, row, client, socket: client.socket };
}

test("after signals, at most one a second; in quiet times every 10 s", async () => {
  const { core, row, socket } = await watched();
  for (const version of [2, 3, 4]) await core.apply(logChange({ entityId: row, version }));
  await core.clock.advance(1000);
  expect(types(socket.take())).toEqual(["INVALIDATE", "INVALIDATE", "INVALIDATE", "BOOKMARK"]);
  await core.clock.advance(9000);
  expect(socket.take()).toEqual([]);
  await core.clock.advance(1000);
  expect(bookmarksOf(socket.take())).toEqual([core.cursor]);
});

// Fails when the outbox is not looked at: the client would resume behind a signal that it never got.
test("not while signals wait for a slow socket", async () => {
  const { core, row, client, socket } = await watched();
  socket.bufferedAmount = highWaterMark + 1;
  await core.apply(logChange({ entityId: row, version: 2 }));
  await core.clock.advance(5000);
  expect(socket.take()).toEqual([]);
  socket.bufferedAmount = 0;
  client.connection.drained();
  await core.clock.advance(1000);
  expect(types(socket.take())).toEqual(["INVALIDATE", "BOOKMARK"]);
});

// Fails when a read of rights is not waited for: what it finds would be told behind the bookmark that vouches for it.
test("not while rights are being read, for any socket of the user", async () => {
  const { core, row, socket } = await watched();
  core.heldReads = [];
  await core.apply(logChange({ entityId: row, version: 2, recheck: true }));
  await core.clock.advance(25_000);
  expect(socket.take()).toEqual([]);
  core.heldReads[0]?.answer();
  await core.clock.advance(1000);
  expect(types(socket.take())).toEqual(["INVALIDATE", "BOOKMARK"]);
});

test("not during a SUBSCRIBE or RESUME", async () => {
  const { core, client, socket } = await watched();
  core.heldReads = [];
  client.send({ type: "SUBSCRIBE", payload: { entityCode: "task", entityIds: [id()] } });
  await core.clock.advance(25_000);
  expect(socket.take()).toEqual([]);
  core.heldReads[0]?.answer();
  await core.clock.advance(1000);
  expect(types(socket.take())).toEqual(["SUBSCRIBED", "BOOKMARK"]);

  const personId = id();
  core.heldReads = undefined;
  const lost = await core.subscribed({ within: [], ids: [...core.readable.keys()], personId });
  const place = { connectionId: lost.connection.id, cursor: core.cursor };
  lost.disconnect();
  await settle();
  let go: () => void = () => undefined;
  core.beforeReplay = new Promise((resolve) => {
    go = resolve;
  });
  const back = await core.resume(place, { personId });
  await core.clock.advance(25_000);
  expect(back.socket.take()).toEqual([]);
  go();
  await core.clock.advance(1000);
  expect(types(back.socket.take())).toEqual(["RESUMED", "BOOKMARK"]);
});

// Fails when rows of what is no longer readable are not waited for: a later resume would hold them again, and nothing
// after its cursor would ask for another read of rights.
test("not while rows of a withdrawn subscription are still there", async () => {
  const { core, row, socket } = await watched();
  core.readable.clear();
  core.failRows = true;
  await core.apply(logChange({ entityId: row, version: 2, recheck: true, restricted: true }));
  await core.clock.advance(20_000);
  expect(types(socket.take())).toEqual(["GONE"]);
  core.failRows = false;
  await core.clock.advance(4000);
  expect(types(socket.take())).toEqual(["BOOKMARK"]);
  expect(core.liveRows).toEqual([]);
});

test("DELAYED instead while changes do not come, and a BOOKMARK when they do again", async () => {
  const { core, row, socket } = await watched();
  core.behindSince = Date.UTC(2026, 0, 1);
  await core.clock.advance(7000);
  // Seen once, which may be a transaction that was open for long: no DELAYED yet, but no bookmark either.
  await core.apply(logChange({ entityId: row, version: 2 }));
  await core.clock.advance(2000);
  expect(types(socket.take())).toEqual(["INVALIDATE"]);
  await core.clock.advance(11_000);
  expect(types(socket.take())).toEqual(["DELAYED"]);
  const newcomer = core.connect();
  await core.clock.advance(1000);
  expect(newcomer.socket.take().at(-1)).toEqual({ type: "DELAYED", payload: { since: "2026-01-01T00:00:00.000Z" } });
  core.behindSince = null;
  await core.clock.advance(6000);
  expect(bookmarksOf(socket.take())).toEqual([core.cursor]);
  expect(bookmarksOf(newcomer.socket.take())).toEqual([core.cursor]);
});

test("a database that is silent delays, too", async () => {
  const { core, socket } = await watched();
  core.headAnswers = false;
  await core.clock.advance(13_000);
  expect(types(socket.take())).toEqual(["BOOKMARK", "DELAYED"]);
  expect(core.core.delay.since).toBe(Date.UTC(2026, 0, 1));
});

// Fails without the mark on the socket: its cursor would already be one of the new history, before it was told to compare.
test("RESET reaches all sockets within the time given; until then they know that they are behind, and get no bookmark", async () => {
  const { core, row, socket } = await watched();
  core.setPosition({ epoch: "two", seq: 7 });
  void core.connections.resetAll("other_history", 30_000);
  expect(types(socket.take())).toEqual(["DELAYED"]);
  await core.clock.advance(14_000);
  expect(socket.take()).toEqual([]);
  await core.clock.advance(1000);
  expect(socket.take()).toEqual([
    { type: "RESET", payload: { reason: "other_history" } },
    { type: "BOOKMARK", payload: { cursor: "two@7" } },
  ]);
  expect(core.index.size + core.rows.size).toBe(0);
  await core.apply(logChange({ entityId: row, version: 2 }));
  expect(socket.take()).toEqual([]);
  expect(socket.closedWith).toBeUndefined();
});
