import type { DownMessage } from "@heliograph/protocol";
import { settle } from "@heliograph/shared/testing/settle";
import { expect, test } from "vitest";
import { id, logChange, TestSyncCore } from "../testing/test-sync-core.ts";

const types = (frames: readonly DownMessage[]): string[] => frames.map(({ type }) => type);

// Fails when changes are delivered through a container without a read: members would learn of rows they may not read.
test("[INV-6] a restricted row reaches the subscribers of its container only after a read of their rights", async () => {
  const core = new TestSyncCore();
  const [row, box] = [id(), id()];
  core.readableContainers.add(box);
  const member = await core.subscribed({ within: [box] });
  await core.apply(logChange({ entityId: row, containerIds: [box], restricted: true }));
  expect(member.socket.take()).toEqual([]);
  core.readable.set(row, 2);
  await core.apply(logChange({ entityId: row, containerIds: [box], restricted: true, version: 2 }));
  expect(member.socket.take()).toMatchObject([{ payload: { changes: [{ action: "UPDATE", version: 2 }] } }]);
});

test("one read serves all sockets of a user and all rows of a batch", async () => {
  const core = new TestSyncCore();
  const [personId, box] = [id(), id()];
  core.readableContainers.add(box);
  await core.subscribed({ within: [box], personId });
  await core.subscribed({ within: [box], personId });
  const before = core.reads;
  await core.apply(
    ...Array.from({ length: 100 }, () => logChange({ entityId: id(), containerIds: [box], restricted: true })),
  );
  expect(core.reads - before).toBe(1);
});

// Fails when a recheck is delivered like any other change: the client would keep receiving a row that was revoked.
test("[INV-8] a row that may no longer be read is GONE, and its subscription is refused, in memory and as a row", async () => {
  const core = new TestSyncCore();
  const row = id();
  core.readable.set(row, 1);
  const client = await core.subscribed({ ids: [row] });
  core.readable.delete(row);
  await core.apply(logChange({ entityId: row, restricted: true, recheck: true, version: 2 }));
  expect(client.socket.take()).toEqual([{ type: "GONE", payload: { entityCode: "task", entityIds: [row] } }]);
  expect(core.liveRows.length + core.index.size).toBe(0);
  await core.apply(logChange({ entityId: row, restricted: true, version: 3 }));
  expect(client.socket.take()).toEqual([]);
});

test("[INV-9] a row that may still be read, or may be read now, is delivered as CREATE", async () => {
  const core = new TestSyncCore();
  const [row, box] = [id(), id()];
  core.readable.set(row, 1);
  core.readableContainers.add(box);
  const byId = await core.subscribed({ ids: [row] });
  const byContainer = await core.subscribed({ within: [box] });
  core.readable.set(row, 2);
  await core.apply(logChange({ entityId: row, containerIds: [box], restricted: true, recheck: true, version: 2 }));
  for (const client of [byId, byContainer])
    expect(client.socket.take()).toMatchObject([{ payload: { changes: [{ action: "CREATE", version: 2 }] } }]);
});

test("a grant carries no version: the version that was read is delivered", async () => {
  const core = new TestSyncCore();
  const [row, box] = [id(), id()];
  core.readableContainers.add(box);
  const client = await core.subscribed({ within: [box] });
  core.readable.set(row, 70);
  await core.apply(
    logChange({ entityId: row, containerIds: [box], action: 4, version: 999, restricted: true, recheck: true }),
  );
  expect(client.socket.take()).toMatchObject([{ payload: { changes: [{ action: "CREATE", version: 70 }] } }]);
});

// Fails when the change's own version is delivered: the user would learn when the row changed while it was private.
test("[INV-9] the version that was read is delivered, once", async () => {
  const core = new TestSyncCore();
  const [row, box] = [id(), id()];
  core.readableContainers.add(box);
  const client = await core.subscribed({ within: [box] });
  core.readable.set(row, 9);
  await core.apply(logChange({ entityId: row, containerIds: [box], restricted: true, version: 5 }));
  expect(client.socket.take()).toMatchObject([{ payload: { changes: [{ entityId: row, version: 9 }] } }]);
  await core.apply(logChange({ entityId: row, containerIds: [box], restricted: true, recheck: true, version: 9 }));
  expect(client.socket.take()).toEqual([]);
  core.readable.set(row, 10);
  await core.apply(logChange({ entityId: row, containerIds: [box], version: 10 }));
  expect(client.socket.take()).toMatchObject([{ payload: { changes: [{ version: 10 }] } }]);
});

test("[INV-8] a row that is made private is GONE for subscribers of its container", async () => {
  const core = new TestSyncCore();
  const [row, box] = [id(), id()];
  core.readableContainers.add(box);
  const client = await core.subscribed({ within: [box] });
  await core.apply(logChange({ entityId: row, containerIds: [box], restricted: true, recheck: true }));
  expect(types(client.socket.take())).toEqual(["GONE"]);
});

test("[INV-11, G5] users who never could read a row learn nothing when others gain or lose it, when it moves, or when it is deleted", async () => {
  const core = new TestSyncCore();
  const [row, box, other, tenant] = [id(), id(), id(), id()];
  core.readableContainers.add(box);
  const client = await core.subscribed({ within: [box] });
  await core.apply(logChange({ entityId: row, containerIds: [box, tenant], action: 1, restricted: true }));
  await core.apply(
    logChange({ entityId: row, containerIds: [box, tenant], action: 4, restricted: true, recheck: true }),
  );
  await core.apply(
    logChange({ entityId: row, containerIds: [box, tenant], action: 5, restricted: true, recheck: true }),
  );
  await core.apply(logChange({ entityId: row, containerIds: [box, tenant, other, tenant], restricted: true }));
  await core.apply(logChange({ entityId: row, containerIds: [box, tenant], action: 3, restricted: true }));
  expect(client.socket.take()).toEqual([]);
});

test("a grant or revocation beside a change neither changes its version nor discloses the row", async () => {
  const core = new TestSyncCore();
  const [seen, hidden, box] = [id(), id(), id()];
  core.readableContainers.add(box);
  core.readable.set(seen, 7);
  const client = await core.subscribed({ within: [box] });
  await core.apply(
    ...[seen, hidden].flatMap((entityId) => [
      logChange({ entityId, containerIds: [box], version: 7, restricted: true }),
      logChange({ entityId, containerIds: [box], version: 900, action: 5, restricted: true, recheck: true }),
    ]),
  );
  expect(client.socket.take()).toMatchObject([
    { type: "INVALIDATE", payload: { changes: [{ entityId: seen, version: 7 }] } },
  ]);
});

// The gateway delivered nothing to this socket before; the client may know the row from REST.
test("[INV-14] users who could read a private row are notified of their revocation and of its deletion", async () => {
  const core = new TestSyncCore();
  const [revoked, deleted, box, personId] = [id(), id(), id(), id()];
  core.readableContainers.add(box);
  const client = await core.subscribed({ within: [box], personId });
  client.socket.take();
  core.readableDeleted.add(deleted);
  await core.apply(
    logChange({
      entityId: revoked,
      containerIds: [box, `person/${personId}`],
      action: 5,
      restricted: true,
      recheck: true,
    }),
    logChange({ entityId: deleted, containerIds: [box], action: 3, version: 2, restricted: true }),
  );
  const frames = client.socket.take();
  expect(frames).toContainEqual({ type: "GONE", payload: { entityCode: "task", entityIds: [revoked] } });
  expect(frames).toContainEqual(
    expect.objectContaining({
      payload: expect.objectContaining({ changes: [{ entityId: deleted, action: "DELETE", version: 2 }] }),
    }),
  );
});

// Fails when pending subscriptions are left out: the rights are revoked between the read of the versions and
// SUBSCRIBED, and the subscription would stand forever.
test("rights that change while a subscription is pending end it after SUBSCRIBED", async () => {
  const core = new TestSyncCore();
  core.heldReads = [];
  const row = id();
  const client = core.connect();
  await client.request({ type: "SUBSCRIBE", payload: { entityCode: "task", entityIds: [row] } });
  await core.apply(logChange({ entityId: row, restricted: true, recheck: true, version: 2 }));
  const [versions, check] = core.heldReads;
  check?.answer({ versions: new Map(), containers: new Map() });
  await settle();
  expect(client.socket.take()).toEqual([]);
  versions?.answer({ versions: new Map([[row, 1]]), containers: new Map() });
  await settle();
  expect(types(client.socket.take())).toEqual(["SUBSCRIBED", "GONE"]);
  expect(core.index.size).toBe(0);
});

// Fails when a later change is delivered immediately: the UPDATE would overtake the GONE that the read is about to find.
test("a later change of the same row waits behind the read; other rows do not", async () => {
  const core = new TestSyncCore();
  const [row, other] = [id(), id()];
  core.readable.set(row, 1).set(other, 1);
  const client = await core.subscribed({ ids: [row, other] });
  core.heldReads = [];
  await core.apply(logChange({ entityId: row, restricted: true, recheck: true, version: 2 }));
  await core.apply(
    logChange({ entityId: row, restricted: true, version: 3 }),
    logChange({ entityId: other, version: 3 }),
  );
  expect(client.socket.take()).toMatchObject([{ payload: { changes: [{ entityId: other }] } }]);
  core.heldReads[0]?.answer({ versions: new Map(), containers: new Map() });
  await settle();
  expect(types(client.socket.take())).toEqual(["GONE"]);
});

test("a change that waits behind a read and needs none is delivered even if the row is deleted in the meantime", async () => {
  const core = new TestSyncCore();
  const row = id();
  core.readable.set(row, 1);
  const client = await core.subscribed({ ids: [row] });
  core.heldReads = [];
  await core.apply(logChange({ entityId: row, recheck: true, version: 2 }));
  await core.apply(logChange({ entityId: row, version: 3 }));
  core.heldReads[0]?.answer({ versions: new Map([[row, 2]]), containers: new Map() });
  await settle();
  expect(client.socket.take()).toMatchObject([
    { payload: { changes: [{ action: "CREATE", version: 2 }] } },
    { payload: { changes: [{ action: "UPDATE", version: 3 }] } },
  ]);
  expect(core.heldReads).toHaveLength(1);
  expect(core.index.size).toBe(1);
});

// Fails when a failed read lets the change through, or loses it.
test("[INV-13] while the database is away nothing is delivered unchecked and nothing is lost", async () => {
  const core = new TestSyncCore();
  const [row, box] = [id(), id()];
  core.readableContainers.add(box);
  const client = await core.subscribed({ within: [box] });
  core.heldReads = [];
  await core.apply(logChange({ entityId: row, containerIds: [box], restricted: true, version: 2 }));
  for (let attempt = 0; attempt < 5; attempt += 1) {
    core.heldReads.at(-1)?.fail();
    await settle();
    // A newer change of the same row half-way: it merges with the waiting one.
    if (attempt === 2)
      await core.apply(logChange({ entityId: row, containerIds: [box], restricted: true, version: 3 }));
    await core.clock.advance(5000);
  }
  expect(client.socket.take()).toEqual([]);
  expect(core.heldReads).toHaveLength(6);
  core.readable.set(row, 3);
  core.heldReads.at(-1)?.answer();
  await settle();
  expect(client.socket.take()).toMatchObject([{ payload: { changes: [{ entityId: row, version: 3 }] } }]);
});

test("reads stop when the user's last socket is gone", async () => {
  const core = new TestSyncCore();
  const box = id();
  core.readableContainers.add(box);
  const client = await core.subscribed({ within: [box] });
  core.heldReads = [];
  await core.apply(logChange({ entityId: id(), containerIds: [box], restricted: true }));
  client.disconnect();
  core.heldReads[0]?.fail();
  await core.clock.advance(60_000);
  expect(core.heldReads).toHaveLength(1);
});

test("too many changes that wait for rights close the user's sockets, so that memory stays bounded", async () => {
  const core = new TestSyncCore({ maxWaiting: 50 });
  const box = id();
  core.readableContainers.add(box);
  const client = await core.subscribed({ within: [box] });
  core.heldReads = [];
  await core.apply(
    ...Array.from({ length: 51 }, () => logChange({ entityId: id(), containerIds: [box], restricted: true })),
  );
  expect(client.socket.closedWith).toBe(4008);
});

// Fails when membership changes are ignored: a former member would receive rows of the organization.
test("[INV-10] a changed membership rechecks all subscriptions of the person, pending ones included", async () => {
  const core = new TestSyncCore();
  const [personId, kept, lost, lostToo] = [id(), id(), id(), id()];
  core.readable.set(kept, 1).set(lost, 1).set(lostToo, 1);
  const client = await core.subscribed({ ids: [kept, lost], personId });
  const bystander = await core.subscribed({ ids: [kept, lost] });
  core.heldReads = [];
  await client.request({ type: "SUBSCRIBE", payload: { entityCode: "task", entityIds: [lostToo] } });
  const [versions] = core.heldReads;
  core.readable.delete(lost);
  core.readable.delete(lostToo);
  await core.apply(logChange({ entityCode: "person", entityId: personId, action: 5, restricted: true, recheck: true }));
  core.heldReads[1]?.answer();
  await settle();
  expect(client.socket.take()).toEqual([{ type: "GONE", payload: { entityCode: "task", entityIds: [lost] } }]);
  versions?.answer({ versions: new Map([[lostToo, 1]]), containers: new Map() });
  await settle();
  expect(types(client.socket.take())).toEqual(["SUBSCRIBED", "GONE"]);
  expect(client.connection.subscribed.list()).toEqual([{ kind: "id", entityCode: "task", entityId: kept }]);
  expect(bystander.socket.take().some(({ type }) => type === "GONE")).toBe(false);
});

// Fails when containers that are revoked while pending are not recorded: the older read finds them, and deferred signals
// would go out before the next read.
test("a change inside a container that is lost before SUBSCRIBED is not delivered", async () => {
  const core = new TestSyncCore();
  core.heldReads = [];
  const [personId, box, row] = [id(), id(), id()];
  const client = core.connect({ personId });
  client.socket.take();
  await client.request({ type: "SUBSCRIBE", payload: { entityCode: "task", within: [box] } });
  await core.apply(logChange({ entityId: row, containerIds: [box], version: 2 }));
  await core.apply(logChange({ entityCode: "person", entityId: personId, action: 5, restricted: true, recheck: true }));
  const [older, newer] = core.heldReads;
  newer?.answer();
  await settle();
  core.readableContainers.add(box);
  older?.answer();
  await settle();
  const frames = client.socket.take();
  expect(types(frames)).toEqual(["SUBSCRIBED", "GONE", "RESET"]);
  expect(JSON.stringify(frames)).not.toContain(row);
});

test("[INV-10] during a recheck of all subscriptions nothing is delivered unchecked", async () => {
  const core = new TestSyncCore();
  const [personId, row] = [id(), id()];
  core.readable.set(row, 1);
  const client = await core.subscribed({ ids: [row], personId });
  client.socket.take();
  core.heldReads = [];
  await core.apply(
    logChange({ entityCode: "person", entityId: personId, action: 5, restricted: true, recheck: true }),
    logChange({ entityId: row, version: 2 }),
  );
  expect(client.socket.take()).toEqual([]);
  core.readable.clear();
  core.heldReads[0]?.answer();
  await settle();
  expect(types(client.socket.take())).toEqual(["GONE"]);
});

test("a changed membership resets connections with containers: no change names the rows that were gained", async () => {
  const core = new TestSyncCore();
  const [personId, box] = [id(), id()];
  core.readableContainers.add(box);
  const client = await core.subscribed({ within: [box], personId });
  client.socket.take();
  await core.apply(logChange({ entityCode: "person", entityId: personId, action: 4, restricted: true, recheck: true }));
  expect(client.socket.take()).toEqual([{ type: "RESET", payload: { reason: "session" } }]);
  expect(core.index.size + core.rows.size).toBe(0);
});

// Fails when a change that merely waits is delivered unconditionally: the DELETE would disclose the row.
test("the deletion of a private row that waits behind a read is not disclosed to clients that never received the row", async () => {
  const core = new TestSyncCore();
  const [row, box] = [id(), id()];
  core.readableContainers.add(box);
  const client = await core.subscribed({ within: [box] });
  client.socket.take();
  core.heldReads = [];
  await core.apply(logChange({ entityId: row, containerIds: [box], restricted: true, version: 2 }));
  await core.apply(logChange({ entityId: row, containerIds: [box], restricted: true, version: 3, action: 3 }));
  core.heldReads[0]?.answer();
  await settle();
  expect(client.socket.take()).toEqual([]);
});

// Fails when a pending id counts as subscribed: the client would not be notified of the deletion of a row that it shows.
test("a client that received a private row while its subscription failed is notified of the deletion", async () => {
  const core = new TestSyncCore();
  const [row, box] = [id(), id()];
  core.readableContainers.add(box);
  const client = await core.subscribed({ within: [box] });
  core.readable.set(row, 2);
  core.heldReads = [];
  await client.request({ type: "SUBSCRIBE", payload: { entityCode: "task", entityIds: [row] } });
  await core.apply(logChange({ entityId: row, containerIds: [box], restricted: true, version: 2 }));
  core.heldReads[1]?.answer();
  await settle();
  core.heldReads[0]?.fail();
  await settle();
  expect(types(client.socket.take())).toEqual(["INVALIDATE", "ERROR"]);
  core.heldReads = undefined;
  core.readableDeleted.add(row);
  await core.apply(logChange({ entityId: row, containerIds: [box], restricted: true, version: 3, action: 3 }));
  expect(client.socket.take()).toMatchObject([{ payload: { changes: [{ action: "DELETE" }] } }]);
});

// Fails when a pending container counts as subscribed: a client that asks for a foreign one would learn which rows became private.
test("a pending subscription to an unreadable container does not disclose rows in it that become private", async () => {
  const core = new TestSyncCore();
  const [box, row] = [id(), id()];
  const client = core.connect();
  client.socket.take();
  core.heldReads = [];
  client.send({ type: "SUBSCRIBE", payload: { entityCode: "task", within: [box] } });
  await settle();
  await core.apply(logChange({ entityId: row, containerIds: [box], restricted: true, recheck: true, action: 2 }));
  expect(core.heldReads).toHaveLength(2);
  // The read for the change ends first, while it is unknown whether the container may be read.
  for (const question of core.heldReads.toReversed()) {
    question.answer();
    await settle();
  }
  expect(client.socket.take()).toEqual([
    { type: "SUBSCRIBED", payload: { entityCode: "task", count: 0, changed: [], gone: [box] } },
  ]);
});
