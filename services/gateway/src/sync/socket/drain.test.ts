import { settle } from "@heliograph/shared/testing/settle";
import { expect, test } from "vitest";
import { id, Scene } from "../testing/scene.ts";

// Fails when the goodbye of a client that leaves as it was told deletes its rows: there would be nothing to resume.
test("GOAWAY at moments of their own, 1012 for who stays, and no rows deleted", async () => {
  const scene = new Scene();
  const row = id();
  scene.readable.set(row, 1);
  const [leaves, stays] = [await scene.subscribed({ ids: [row] }), await scene.subscribed({ ids: [row] })];
  for (const { socket } of [leaves, stays]) socket.take();
  let drained = false;
  void scene.connections.drain(4000).then(() => {
    drained = true;
  });
  for (const { socket } of [leaves, stays])
    expect(socket.take()).toEqual([{ type: "GOAWAY", payload: { afterMs: 2000 } }]);
  leaves.leave(1000);
  await scene.clock.advance(2900);
  expect(stays.socket.closedWith).toBeUndefined();
  expect(drained).toBe(false);
  await scene.clock.advance(200);
  expect(stays.socket.closedWith).toBe(1012);
  expect(drained).toBe(true);
  stays.leave(1012);
  await settle();
  // One statement for all of them follows, with the pod's own row.
  expect(scene.ended.length + scene.suspended.length).toBe(0);
  expect(scene.rows.size).toBe(2);
});
