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

test("[BMK-3] BOOKMARK follows signals at most once a second, and without signals every 10 s", async () => {
  const { core, row, socket } = await watched();
  for (const version of [2, 3, 4]) await core.apply(logChange({ entityId: row, version }));
  await core.clock.advance(1000);
  expect(types(socket.take())).toEqual(["INVALIDATE", "INVALIDATE", "INVALIDATE", "BOOKMARK"]);
  await core.clock.advance(9000);
  expect(socket.take()).toEqual([]);
  await core.clock.advance(1000);
  expect(bookmarksOf(socket.take())).toEqual([core.cursor]);
});

// Fails when the signal queue is ignored: the client would resume behind a signal that it never received.
test("[BMK-2] no BOOKMARK while signals wait for a slow socket", async () => {
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

// Fails when reads of rights are ignored: their result would be delivered behind the bookmark that claims to cover it.
test("[BMK-2] no BOOKMARK while rights are being read, for any socket of the user", async () => {
  const { core, row, socket } = await watched();
  core.heldReads = [];
  await core.apply(logChange({ entityId: row, version: 2, recheck: true }));
  await core.clock.advance(25_000);
  expect(socket.take()).toEqual([]);
  core.heldReads[0]?.answer();
  await core.clock.advance(1000);
  expect(types(socket.take())).toEqual(["INVALIDATE", "BOOKMARK"]);
});

test("[BMK-4] no BOOKMARK during a SUBSCRIBE or RESUME", async () => {
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

// Fails when unsaved rows are ignored: a later resume would subscribe to the revoked rows again, and nothing
// after its cursor would ask for another read of rights.
test("no BOOKMARK while rows of a revoked subscription still exist", async () => {
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

test("[BMK-7, G2] DELAYED while changes are delayed, and a BOOKMARK when they arrive again", async () => {
  const { core, row, socket } = await watched();
  core.behindSince = Date.UTC(2026, 0, 1);
  await core.clock.advance(7000);
  // Seen once, which may be a long transaction: no DELAYED yet, but no BOOKMARK either.
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

test("[BMK-7] a silent database counts as a delay", async () => {
  const { core, socket } = await watched();
  core.headAnswers = false;
  await core.clock.advance(13_000);
  expect(types(socket.take())).toEqual(["BOOKMARK", "DELAYED"]);
  expect(core.core.delay.since).toBe(Date.UTC(2026, 0, 1));
});

// Fails without the mark on the socket: it would get a cursor of the new epoch before its RESET.
test("[RES-10] RESET reaches all sockets within the spread; until then they have a DELAYED and get no BOOKMARK", async () => {
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
