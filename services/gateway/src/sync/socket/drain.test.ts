import { settle } from "@heliograph/shared/testing/settle";
import { expect, test } from "vitest";
import { id, TestSyncCore } from "../testing/test-sync-core.ts";

// Fails when the close of a client that reconnects elsewhere deletes its rows: there would be nothing to resume.
test("[CLO-5] drain sends GOAWAY at spread moments, closes the remaining sockets with 1012, and deletes no rows", async () => {
  const core = new TestSyncCore();
  const row = id();
  core.readable.set(row, 1);
  const [leaves, stays] = [await core.subscribed({ ids: [row] }), await core.subscribed({ ids: [row] })];
  for (const { socket } of [leaves, stays]) socket.take();
  let drained = false;
  void core.connections.drain(4000).then(() => {
    drained = true;
  });
  for (const { socket } of [leaves, stays])
    expect(socket.take()).toEqual([{ type: "GOAWAY", payload: { afterMs: 2000 } }]);
  leaves.disconnect(1000);
  await core.clock.advance(2900);
  expect(stays.socket.closedWith).toBeUndefined();
  expect(drained).toBe(false);
  await core.clock.advance(200);
  expect(stays.socket.closedWith).toBe(1012);
  expect(drained).toBe(true);
  stays.disconnect(1012);
  await settle();
  // One statement for all sessions follows, with the gateway's own row.
  expect(core.ended.length + core.suspended.length).toBe(0);
  expect(core.rows.size).toBe(2);
});
