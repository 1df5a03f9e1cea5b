import { settle } from "@heliograph/shared/testing/settle";
import { expect, test } from "vitest";
import { highWaterMark } from "../connection/signal-queue.ts";
import { id, logChange, TestSyncCore } from "../testing/test-sync-core.ts";

test("[INV-1] a batch is one INVALIDATE per entity code and socket", async () => {
  const core = new TestSyncCore();
  const [a, b, c, box] = [id(), id(), id(), id()];
  core.readable.set(a, 1).set(b, 1).set(c, 1);
  core.readableContainers.add(box);
  const client = await core.subscribed({ ids: [a, b] });
  await client.request({ type: "SUBSCRIBE", payload: { entityCode: "project", entityIds: [c] } });
  await core.apply(
    logChange({ entityId: a, version: 2, changedAt: Date.UTC(2026, 0, 1) }),
    logChange({ entityId: b, version: 3, action: 3, changedAt: Date.UTC(2026, 0, 2) }),
    logChange({ entityCode: "project", entityId: c, version: 4 }),
    logChange({ entityId: id(), version: 5 }),
  );
  expect(client.socket.take()).toEqual([
    {
      type: "INVALIDATE",
      payload: {
        entityCode: "task",
        changes: [
          { entityId: a, action: "UPDATE", version: 2 },
          { entityId: b, action: "DELETE", version: 3 },
        ],
        timestamp: "2026-01-02T00:00:00.000Z",
      },
    },
    {
      type: "INVALIDATE",
      payload: {
        entityCode: "project",
        changes: [{ entityId: c, action: "UPDATE", version: 4 }],
        timestamp: "2026-01-01T00:00:00.000Z",
      },
    },
  ]);
});

test("[INV-2] a row that is subscribed by id and through several containers is delivered once", async () => {
  const core = new TestSyncCore();
  const [row, inner, outer] = [id(), id(), id()];
  core.readable.set(row, 1);
  core.readableContainers.add(inner).add(outer);
  const client = await core.subscribed({ ids: [row], within: [inner, outer] });
  await core.apply(logChange({ entityId: row, version: 2, containerIds: [inner, outer] }));
  expect(client.socket.take()).toMatchObject([{ payload: { changes: [{ entityId: row }] } }]);
});

test("[INV-3] a row that moves reaches the subscribers of both containers", async () => {
  const core = new TestSyncCore();
  const [row, from, to] = [id(), id(), id()];
  core.readableContainers.add(from).add(to);
  const one = await core.subscribed({ within: [from] });
  const two = await core.subscribed({ within: [to] });
  await core.apply(logChange({ entityId: row, containerIds: [from, to] }));
  expect(one.socket.take()).toHaveLength(1);
  expect(two.socket.take()).toHaveLength(1);
});

test("[INV-5] a deleted id stays subscribed, so that the row reappears when it is created again", async () => {
  const core = new TestSyncCore();
  const row = id();
  core.readable.set(row, 1);
  const client = await core.subscribed({ ids: [row] });
  core.readable.delete(row);
  await core.apply(logChange({ entityId: row, action: 3, version: 2 }));
  expect(client.socket.take()).toMatchObject([{ payload: { changes: [{ action: "DELETE" }] } }]);
  core.readable.set(row, 3);
  await core.apply(logChange({ entityId: row, action: 1, version: 3 }));
  expect(client.socket.take()).toMatchObject([{ payload: { changes: [{ action: "CREATE", version: 3 }] } }]);
});

// Fails when a creation is delivered to subscribers of the id without a read: a client that once held a deleted row would
// learn that another user created one under its id.
test("[INV-7, G5] a row that another user creates again under the id is not delivered to users who may not read it", async () => {
  const core = new TestSyncCore();
  const row = id();
  core.readable.set(row, 1);
  const client = await core.subscribed({ ids: [row] });
  core.readable.delete(row);
  await core.apply(logChange({ entityId: row, action: 3, version: 2 }));
  client.socket.take();
  await core.apply(logChange({ entityId: row, action: 1, version: 3 }));
  expect(client.socket.take().some(({ type }) => type === "INVALIDATE")).toBe(false);
});

// Fails when a creation is recognized by the action alone: a coalesced change has that of its last log row.
test("the same for a row that was created and edited in one batch", async () => {
  const core = new TestSyncCore();
  const row = id();
  core.readable.set(row, 1);
  const client = await core.subscribed({ ids: [row] });
  core.readable.delete(row);
  await core.apply(logChange({ entityId: row, action: 3, version: 2 }));
  client.socket.take();
  await core.apply(logChange({ entityId: row, action: 2, version: 4, restricted: true, createdVersion: 3 }));
  expect(client.socket.take().some(({ type }) => type === "INVALIDATE")).toBe(false);
});

// Fails when a deletion is delivered to every subscriber of the id: it would disclose the version of a row that
// was private from the start.
test("the same for a row that was created and deleted in one batch", async () => {
  const core = new TestSyncCore();
  const row = id();
  core.readable.set(row, 1);
  const client = await core.subscribed({ ids: [row] });
  core.readable.delete(row);
  await core.apply(logChange({ entityId: row, action: 3, version: 2 }));
  client.socket.take();
  await core.apply(logChange({ entityId: row, action: 3, version: 4, restricted: true, createdVersion: 3 }));
  expect(client.socket.take().map(({ type }) => type)).toEqual(["GONE"]);
});

// Fails when only private rows are checked: the version of a row of another organization would be disclosed.
test("the same for a row that was created and deleted in another organization and was not private", async () => {
  const core = new TestSyncCore();
  const row = id();
  core.readable.set(row, 1);
  const client = await core.subscribed({ ids: [row] });
  core.readable.delete(row);
  await core.apply(
    logChange({ entityId: row, action: 3, version: 2 }),
    logChange({ entityId: row, action: 3, version: 4, containerIds: [id()], createdVersion: 3 }),
  );
  expect(client.socket.take()).toMatchObject([
    { type: "INVALIDATE", payload: { changes: [{ action: "DELETE", version: 2 }] } },
    { type: "GONE", payload: { entityIds: [row] } },
  ]);
});

test("signals of a slow socket coalesce, and are written when it drains", async () => {
  const core = new TestSyncCore();
  const row = id();
  core.readable.set(row, 1);
  const client = await core.subscribed({ ids: [row] });
  client.socket.bufferedAmount = highWaterMark + 1;
  for (let version = 2; version < 100; version += 1) await core.apply(logChange({ entityId: row, version }));
  expect(client.socket.take()).toEqual([]);
  expect(client.connection.signals.size).toBe(1);
  client.socket.bufferedAmount = 0;
  client.connection.drained();
  expect(client.socket.take()).toMatchObject([{ payload: { changes: [{ version: 99 }] } }]);
});

test("sockets with the same changes share one text", async () => {
  const core = new TestSyncCore();
  const box = id();
  core.readableContainers.add(box);
  const one = await core.subscribed({ within: [box] });
  const two = await core.subscribed({ within: [box] });
  one.socket.take();
  two.socket.take();
  await core.apply(
    logChange({ entityId: id(), containerIds: [box] }),
    logChange({ entityId: id(), containerIds: [box] }),
  );
  expect(one.socket.texts).toHaveLength(1);
  expect(one.socket.texts).toEqual(two.socket.texts);
});

test("[INV-1] a thousand changes of one container are one frame, more are split", async () => {
  const core = new TestSyncCore();
  const box = id();
  core.readableContainers.add(box);
  const client = await core.subscribed({ within: [box] });
  client.socket.take();
  await core.apply(...Array.from({ length: 2500 }, () => logChange({ entityId: id(), containerIds: [box] })));
  const sizes = client.socket.take().map((frame) => frame.type === "INVALIDATE" && frame.payload.changes.length);
  expect(sizes).toEqual([1000, 1000, 500]);
});

test("[BMK-1] of all answers to messages and changes, only WELCOME carries a cursor", async () => {
  const core = new TestSyncCore();
  const row = id();
  core.readable.set(row, 1);
  const client = core.connect();
  expect(JSON.stringify(client.socket.take())).toContain(core.cursor);
  client.send({ type: "SUBSCRIBE", payload: { entityCode: "task", entityIds: [row] } });
  await settle();
  core.readable.set(row, 2);
  await core.apply(
    logChange({ entityId: row, version: 2 }),
    logChange({ entityId: row, version: 2, recheck: true, action: 5 }),
  );
  client.send({ type: "PING" });
  client.send({ type: "nonsense" });
  await settle();
  const frames = client.socket.take();
  expect(frames.length).toBeGreaterThan(3);
  // A client resumes from its cursor, so a cursor that is ahead of what was delivered would lose changes.
  expect(JSON.stringify(frames)).not.toMatch(/one@|cursor/);
});

// Fails when changes are delivered in their order: a coalesced change may include log rows from after the loss.
test("a change in the batch in which the user lost the right to it waits for the read", async () => {
  const core = new TestSyncCore();
  const row = id();
  core.readable.set(row, 1);
  const client = await core.subscribed({ ids: [row] });
  client.socket.take();
  core.readable.delete(row);
  await core.apply(
    logChange({ entityId: row, version: 2, restricted: true }),
    logChange({ entityId: row, version: 2, restricted: true, recheck: true, action: 5 }),
  );
  expect(client.socket.take().map(({ type }) => type)).toEqual(["GONE"]);
});

// Fails when a pending id counts as subscribed: the change goes out through the container and discloses the row.
test("a pending subscription to a private row in a subscribed container does not disclose its changes", async () => {
  const core = new TestSyncCore();
  const [secret, box] = [id(), id()];
  core.readableContainers.add(box);
  const client = await core.subscribed({ within: [box] });
  core.heldReads = [];
  await client.request({ type: "SUBSCRIBE", payload: { entityCode: "task", entityIds: [secret] } });
  await core.apply(logChange({ entityId: secret, containerIds: [box], restricted: true, version: 2 }));
  await core.apply(logChange({ entityId: secret, containerIds: [box], restricted: true, version: 3, action: 3 }));
  expect(client.socket.take()).toEqual([]);
  for (const question of core.heldReads) question.answer();
  await settle();
  expect(client.socket.take()).toMatchObject([{ type: "SUBSCRIBED", payload: { gone: [secret] } }]);
});

test("the same when the id and the container are pending together", async () => {
  const core = new TestSyncCore();
  const [secret, box] = [id(), id()];
  core.readableContainers.add(box);
  core.heldReads = [];
  const client = core.connect();
  await client.request({ type: "SUBSCRIBE", payload: { entityCode: "task", entityIds: [secret], within: [box] } });
  await core.apply(logChange({ entityId: secret, containerIds: [box], restricted: true, version: 2 }));
  for (const question of core.heldReads) question.answer();
  await settle();
  expect(client.socket.take()).toMatchObject([{ type: "SUBSCRIBED", payload: { gone: [secret] } }]);
});

test("the deletion of a private row during a pending subscription reaches users who may read the row", async () => {
  const core = new TestSyncCore();
  const [row, box] = [id(), id()];
  core.readableContainers.add(box);
  const client = await core.subscribed({ within: [box] });
  core.heldReads = [];
  await client.request({ type: "SUBSCRIBE", payload: { entityCode: "task", entityIds: [row] } });
  await core.apply(logChange({ entityId: row, containerIds: [box], restricted: true, version: 2, action: 3 }));
  expect(client.socket.take()).toEqual([]);
  core.readableDeleted.add(row);
  core.heldReads[0]?.answer({ versions: new Map([[row, 1]]), containers: new Map() });
  core.heldReads[1]?.answer();
  await settle();
  expect(client.socket.take()).toMatchObject([
    { type: "SUBSCRIBED" },
    { type: "INVALIDATE", payload: { changes: [{ entityId: row, action: "DELETE" }] } },
  ]);
});

// Fails when a pending id counts as subscribed: any client that asks for it learns when a hidden row was deleted.
test("the deletion of a private row during a pending subscription is not disclosed to users who may not read the row", async () => {
  const core = new TestSyncCore();
  const [row, box] = [id(), id()];
  core.readableContainers.add(box);
  const client = await core.subscribed({ within: [box] });
  client.socket.take();
  core.heldReads = [];
  await client.request({ type: "SUBSCRIBE", payload: { entityCode: "task", entityIds: [row] } });
  await core.apply(logChange({ entityId: row, containerIds: [box], restricted: true, version: 2, action: 3 }));
  const [ofSubscribe, ofDeletion] = core.heldReads;
  ofDeletion?.answer();
  await settle();
  ofSubscribe?.answer();
  await settle();
  expect(client.socket.take()).toMatchObject([{ type: "SUBSCRIBED", payload: { changed: [], gone: [row] } }]);
});

// Fails when recent reads are forgotten after seconds: the log may lag further behind during a leader change.
test("the deletion of a hidden row is not delivered to subscribers of the next row under its id while the log lags", async () => {
  const core = new TestSyncCore();
  const row = id();
  const version = (core.clock.wallNow() + 1000) * 1000;
  core.readable.set(row, version);
  const client = await core.subscribed({ ids: [row] });
  client.socket.take();
  for (let turn = 0; turn < 8; turn += 1) client.connection.reads.turn(core.clock.wallNow() + 1000 * turn);
  await core.apply(logChange({ entityId: row, action: 3, version: version - 500, restricted: true }));
  await core.apply(logChange({ entityId: row, action: 1, version: version }));
  expect(client.socket.take().filter(({ type }) => type === "INVALIDATE")).toEqual([]);
  await core.apply(logChange({ entityId: row, version: version + 1 }));
  expect(client.socket.take()).toMatchObject([{ payload: { changes: [{ version: version + 1 }] } }]);
});

// Fails when a container proves the right: two rows under one id may be one change where log rows came late.
test("a row that was deleted and created again by another organization in one batch is not disclosed", async () => {
  const core = new TestSyncCore();
  const [row, box, elsewhere] = [id(), id(), id()];
  core.readableContainers.add(box);
  core.readable.set(row, 1);
  const client = await core.subscribed({ ids: [row], within: [box] });
  core.readable.delete(row);
  client.socket.take();
  await core.apply(logChange({ entityId: row, containerIds: [box, elsewhere], version: 3, action: 1 }));
  expect(client.socket.take().map(({ type }) => type)).toEqual(["GONE"]);
});

// Each fails when deletion and creation are merged: nothing would be delivered, and the deleted row would stay on the screen.
test("[INV-7] a row that is deleted and created again privately in one batch is delivered as deleted", async () => {
  const core = new TestSyncCore();
  const [row, box] = [id(), id()];
  core.readableContainers.add(box);
  const client = await core.subscribed({ within: [box] });
  const deleted = logChange({ entityId: row, containerIds: [box], version: 2, action: 3 });
  const deletion = [{ type: "INVALIDATE", payload: { changes: [{ entityId: row, action: "DELETE", version: 2 }] } }];
  await core.apply(deleted, logChange({ entityId: row, containerIds: [box], version: 3, action: 1, restricted: true }));
  expect(client.socket.take()).toMatchObject(deletion);
  // Also when it was public for a moment, so that rights must be read again: the client may have seen that one as well.
  await core.apply(
    deleted,
    logChange({
      entityId: row,
      containerIds: [box],
      version: 3,
      action: 2,
      createdVersion: 3,
      restricted: true,
      recheck: true,
    }),
  );
  expect(client.socket.take()).toMatchObject([...deletion, { type: "GONE", payload: { entityIds: [row] } }]);
});

test("the same while both changes wait for a read of rights", async () => {
  const core = new TestSyncCore();
  const [row, box] = [id(), id()];
  core.readableContainers.add(box);
  const client = await core.subscribed({ within: [box] });
  core.heldReads = [];
  core.readable.set(row, 1);
  await core.apply(logChange({ entityId: row, containerIds: [box], version: 1, action: 2, recheck: true }));
  await core.apply(
    logChange({ entityId: row, containerIds: [box], version: 2, action: 3 }),
    logChange({ entityId: row, containerIds: [box], version: 3, action: 1, restricted: true }),
  );
  core.heldReads[0]?.answer();
  core.readable.delete(row);
  await settle();
  core.heldReads[1]?.answer();
  await settle();
  expect(client.socket.take()).toMatchObject([
    { type: "INVALIDATE", payload: { changes: [{ entityId: row, action: "CREATE", version: 1 }] } },
    { type: "INVALIDATE", payload: { changes: [{ entityId: row, action: "DELETE", version: 2 }] } },
  ]);
});

// Fails when subscriptions are trusted until the RESET: the grant may have been lost with the old epoch.
test("a socket that must be reset receives rows only after a read of rights", async () => {
  const core = new TestSyncCore();
  const [granted, lost, moved] = [id(), id(), id()];
  for (const row of [granted, lost, moved]) core.readable.set(row, 1);
  const client = await core.subscribed({ ids: [granted, lost, moved] });
  client.socket.take();
  client.connection.mustReset = true;
  core.readable.delete(lost);
  // To another organization, by a change that only the lost epoch contained.
  core.readable.delete(moved);
  core.readable.set(granted, 2);
  await core.apply(
    logChange({ entityId: granted, restricted: true, version: 2 }),
    logChange({ entityId: lost, restricted: true, version: 2 }),
    logChange({ entityId: moved, containerIds: [id()], version: 2 }),
  );
  const received = client.socket.take();
  expect(received.filter(({ type }) => type === "INVALIDATE")).toMatchObject([
    { payload: { changes: [{ entityId: granted, version: 2 }] } },
  ]);
  expect(received.filter(({ type }) => type === "GONE")).toMatchObject([{ payload: { entityIds: [lost, moved] } }]);
});
