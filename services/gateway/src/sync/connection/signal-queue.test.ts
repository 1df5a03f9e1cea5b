import { expect, test } from "vitest";
import { FakeSocket } from "../testing/fake-socket.ts";
import { id, logChange } from "../testing/test-sync-core.ts";
import { FrameCache } from "./frame-cache.ts";
import { createSignal } from "./signal.ts";
import { highWaterMark, SignalQueue } from "./signal-queue.ts";

test("[INV-4] changes of one entity coalesce to the newest, in any order", () => {
  const [outbox, socket] = [new SignalQueue(), new FakeSocket()];
  const row = id();
  for (const version of [3, 5, 4]) outbox.put(createSignal(logChange({ entityId: row, version })), 0);
  outbox.flush(socket, new FrameCache(), 0);
  expect(socket.sent).toMatchObject([{ payload: { changes: [{ version: 5 }] } }]);
});

test("[INV-12] between a change and GONE the later one counts", () => {
  const [outbox, socket] = [new SignalQueue(), new FakeSocket()];
  const [lost, back] = [id(), id()];
  outbox.put(createSignal(logChange({ entityId: lost })), 0);
  outbox.putGone("task", lost, 0);
  outbox.putGone("task", back, 0);
  outbox.put(createSignal(logChange({ entityId: back })), 0);
  outbox.flush(socket, new FrameCache(), 0);
  expect(socket.sent).toMatchObject([
    { type: "INVALIDATE", payload: { changes: [{ entityId: back }] } },
    { type: "GONE", payload: { entityIds: [lost] } },
  ]);
  expect(outbox.size).toBe(0);
});

test("signals that a full socket does not take stay queued, with their age", () => {
  const [outbox, socket] = [new SignalQueue(), new FakeSocket()];
  for (let more = 0; more < 1500; more += 1) outbox.put(createSignal(logChange({ entityId: id() })), 100);
  const send = socket.send.bind(socket);
  socket.send = (text) => {
    send(text);
    socket.bufferedAmount = highWaterMark + 1;
  };
  expect(outbox.flush(socket, new FrameCache(), 200)).toBe(1000);
  expect(outbox.size).toBe(500);
  expect(outbox.waitedMs(300)).toBe(100);
  expect(outbox.flush(socket, new FrameCache(), 400)).toBe(0);
  expect(outbox.waitedMs(400)).toBe(200);
  socket.bufferedAmount = 0;
  expect(outbox.flush(socket, new FrameCache(), 500)).toBe(500);
  expect(outbox.waitedMs(600)).toBe(0);
});
