import { settle } from "@heliograph/shared/testing/settle";
import { expect, test } from "vitest";
import { id, logChange, TestSyncCore } from "../testing/test-sync-core.ts";

const subscribe = (payload: object) => ({ type: "SUBSCRIBE", id: "q", payload: { entityCode: "task", ...payload } });

test("[SUB-1] SUBSCRIBED reports what exists, what differs and what is gone", async () => {
  const core = new TestSyncCore();
  const [same, newer, missing] = [id(), id(), id()];
  core.readable.set(same, 5).set(newer, 7);
  const client = core.connect();
  const [answer] = await client.request(subscribe({ entityIds: [same, newer, missing], versions: [5, 6, 1] }));
  expect(answer).toEqual({
    type: "SUBSCRIBED",
    id: "q",
    payload: { entityCode: "task", count: 2, changed: [{ entityId: newer, version: 7 }], gone: [missing] },
  });
  expect(core.liveRows.map((held) => held.entityId)).toEqual([same, newer]);
  expect([...core.rows.values()].filter((row) => row.refused)).toMatchObject([{ entityId: missing }]);
});

test("[SUB-1, SUB-2] without versions all readable rows are reported; ids are canonical and counted once", async () => {
  const core = new TestSyncCore();
  const row = "ABCDEF00-0000-4000-8000-000000000001";
  core.readable.set(row.toLowerCase(), 5);
  const client = core.connect();
  const [answer] = await client.request(subscribe({ entityIds: [row, row.toLowerCase()] }));
  expect(answer?.type === "SUBSCRIBED" && answer.payload).toMatchObject({
    count: 1,
    changed: [{ entityId: row.toLowerCase(), version: 5 }],
  });
  expect(core.index.size).toBe(1);
});

test("[SUB-3] a subscription is registered before its versions are read", async () => {
  const core = new TestSyncCore();
  core.heldReads = [];
  const row = id();
  const client = core.connect();
  await client.request(subscribe({ entityIds: [row] }));
  expect(core.index.size).toBe(1);
  expect(core.heldReads).toHaveLength(1);
});

// Fails when rows are written before the read: they outlive their socket, so a client that drops it during the read would
// resume subscriptions whose rights were never checked.
test("[SUB-7] a row is written as live only for what was found readable, and before SUBSCRIBED", async () => {
  const core = new TestSyncCore();
  core.heldReads = [];
  const [open, secret] = [id(), id()];
  core.readable.set(open, 1);
  const client = core.connect();
  await client.request(subscribe({ entityIds: [open, secret] }));
  expect(core.rows.size).toBe(0);
  core.heldReads[0]?.answer();
  await settle();
  expect(core.liveRows.map((held) => held.entityId)).toEqual([open]);
  const thief = core.connect();
  await thief.request(subscribe({ entityIds: [secret] }));
  thief.disconnect();
  core.heldReads[1]?.answer();
  await settle();
  expect(core.liveRows).toHaveLength(1);
});

// Fails when a change of a pending id is dropped: it committed after the versions were read, so nothing else would
// deliver it. Fails, too, when it is sent before SUBSCRIBED to a user who may have no right to it.
test("[SUB-4] a change that arrives while the versions are read is delivered after SUBSCRIBED", async () => {
  const core = new TestSyncCore();
  core.heldReads = [];
  const row = id();
  core.readable.set(row, 5);
  const client = core.connect();
  await client.request(subscribe({ entityIds: [row] }));
  await core.apply(logChange({ entityId: row, version: 6 }));
  expect(client.socket.take()).toEqual([]);
  core.heldReads[0]?.answer();
  await settle();
  expect(client.socket.take().map(({ type }) => type)).toEqual(["SUBSCRIBED", "INVALIDATE"]);
});

// Fails when deferred signals are sent unconditionally: users would learn when rows change that they may not read.
test("[SUB-4] a deferred signal is dropped when the subscription is refused, or when the version read was as new", async () => {
  const core = new TestSyncCore();
  core.heldReads = [];
  const [secret, known] = [id(), id()];
  core.readable.set(known, 6);
  const client = core.connect();
  await client.request(subscribe({ entityIds: [secret, known] }));
  await core.apply(logChange({ entityId: secret, version: 6 }), logChange({ entityId: known, version: 6 }));
  core.heldReads[0]?.answer();
  await settle();
  expect(client.socket.take().map(({ type }) => type)).toEqual(["SUBSCRIBED"]);
  await core.apply(logChange({ entityId: secret, version: 9 }));
  expect(client.socket.take()).toEqual([]);
  expect(core.index.size).toBe(1);
});

test("[SUB-4] a change that SUBSCRIBED has reported is not delivered again when it arrives late; its successor is", async () => {
  const core = new TestSyncCore();
  const row = id();
  core.readable.set(row, 6);
  const client = await core.subscribed({ ids: [row] });
  await core.apply(logChange({ entityId: row, version: 6 }));
  expect(client.socket.take()).toEqual([]);
  await core.apply(logChange({ entityId: row, version: 7 }));
  expect(client.socket.take()).toHaveLength(1);
});

test("a subscription that is refused on a second SUBSCRIBE becomes refused, with its row", async () => {
  const core = new TestSyncCore();
  const row = id();
  core.readable.set(row, 1);
  const client = await core.subscribed({ ids: [row] });
  core.readable.delete(row);
  const [answer] = await client.request(subscribe({ entityIds: [row] }));
  expect(answer).toMatchObject({ payload: { count: 0, gone: [row] } });
  expect(core.liveRows).toEqual([]);
  expect(core.index.size).toBe(0);
});

test("[SUB-5] an unreadable container counts as gone and is not subscribed", async () => {
  const core = new TestSyncCore();
  const [open, closed, row] = [id(), id(), id()];
  core.readableContainers.add(open);
  const client = core.connect();
  const [answer] = await client.request(subscribe({ within: [open, closed] }));
  expect(answer).toMatchObject({ payload: { count: 1, gone: [closed] } });
  await core.apply(logChange({ entityId: row, containerIds: [closed] }));
  expect(client.socket.take()).toEqual([]);
  await core.apply(logChange({ entityId: row, containerIds: [open] }));
  expect(client.socket.take()).toHaveLength(1);
});

test("[SUB-9] UNSUBSCRIBE ends ids, containers or the whole type, with their rows", async () => {
  const core = new TestSyncCore();
  const [a, b, box] = [id(), id(), id()];
  core.readable.set(a, 1).set(b, 1);
  core.readableContainers.add(box);
  const client = await core.subscribed({ ids: [a, b], within: [box] });
  const unsubscribe = (payload: object) => ({ type: "UNSUBSCRIBE", payload: { entityCode: "task", ...payload } });
  expect(await client.request(unsubscribe({ entityIds: [a, id()] }))).toMatchObject([{ payload: { count: 1 } }]);
  expect(await client.request(unsubscribe({ within: [box] }))).toMatchObject([{ payload: { count: 1 } }]);
  expect([...core.rows.values()].map((held) => held.entityId)).toEqual([b]);
  expect(await client.request(unsubscribe({}))).toMatchObject([{ payload: { entityCode: "task", count: 1 } }]);
  expect(core.rows.size).toBe(0);
  await core.apply(logChange({ entityId: b, version: 9, containerIds: [box] }));
  expect(client.socket.take()).toEqual([]);
});

test("[SUB-9] UNSUBSCRIBE_ALL ends all subscriptions and reports their number", async () => {
  const core = new TestSyncCore();
  const row = id();
  core.readable.set(row, 1);
  const client = await core.subscribed({ ids: [row] });
  expect(await client.request({ type: "UNSUBSCRIBE_ALL", id: "u" })).toEqual([
    { type: "UNSUBSCRIBED", id: "u", payload: { count: 1 } },
  ]);
  expect(core.rows.size + core.index.size).toBe(0);
});

test("[CON-7] messages are handled strictly one after another", async () => {
  const core = new TestSyncCore();
  core.heldReads = [];
  const row = id();
  core.readable.set(row, 1);
  const client = core.connect();
  client.socket.take();
  client.send(subscribe({ entityIds: [row] }));
  client.send({ type: "UNSUBSCRIBE_ALL" });
  client.send({ type: "PING" });
  await settle();
  expect(client.socket.take()).toEqual([]);
  core.heldReads[0]?.answer();
  await settle();
  expect(client.socket.take().map(({ type }) => type)).toEqual(["SUBSCRIBED", "UNSUBSCRIBED", "PONG"]);
  expect(core.rows.size + core.index.size).toBe(0);
});

test("[LIM-2] beyond the limit no part of the message takes effect; live subscriptions do not count twice", async () => {
  const core = new TestSyncCore({ maxSubscriptions: 3 });
  const rows = [id(), id(), id(), id()];
  for (const row of rows) core.readable.set(row, 1);
  const client = await core.subscribed({ ids: rows.slice(0, 2) });
  const [refused] = await client.request(subscribe({ entityIds: rows.slice(2) }));
  expect(refused).toMatchObject({ type: "ERROR", id: "q", payload: { code: "too_many_subscriptions" } });
  expect(core.rows.size).toBe(2);
  expect(core.index.size).toBe(2);
  const [again] = await client.request(subscribe({ entityIds: rows.slice(0, 3) }));
  expect(again).toMatchObject({ type: "SUBSCRIBED", payload: { count: 3 } });
});

test("[SUB-10] a database failure undoes the registration and keeps the socket open", async () => {
  const core = new TestSyncCore();
  const row = id();
  core.readable.set(row, 1);
  const client = core.connect();
  core.failRows = true;
  const [failed] = await client.request(subscribe({ entityIds: [row] }));
  expect(failed).toMatchObject({ type: "ERROR", payload: { code: "unavailable" } });
  expect(core.index.size).toBe(0);
  expect(client.connection.open).toBe(true);
  core.failRows = false;
  const [answer] = await client.request(subscribe({ entityIds: [row] }));
  expect(answer).toMatchObject({ type: "SUBSCRIBED", payload: { count: 1 } });
});

test("[SUB-10] while versions cannot be read nothing is subscribed or written", async () => {
  const core = new TestSyncCore();
  core.heldReads = [];
  const client = core.connect();
  await client.request(subscribe({ entityIds: [id()] }));
  core.heldReads[0]?.fail();
  await settle();
  expect(client.socket.take()).toMatchObject([{ type: "ERROR", payload: { code: "unavailable" } }]);
  expect(core.rows.size + core.index.size).toBe(0);
});

test("rows that could not be removed are removed later, but not those that were subscribed again", async () => {
  const core = new TestSyncCore();
  const [a, b] = [id(), id()];
  core.readable.set(a, 1).set(b, 1);
  const client = await core.subscribed({ ids: [a, b] });
  core.failRows = true;
  const [ended] = await client.request({ type: "UNSUBSCRIBE_ALL" });
  expect(ended).toMatchObject({ type: "UNSUBSCRIBED", payload: { count: 2 } });
  expect(core.rows.size).toBe(2);
  core.failRows = false;
  await client.request(subscribe({ entityIds: [a] }));
  await core.clock.advance(5000);
  expect([...core.rows.values()].map((held) => held.entityId)).toEqual([a]);
});

test("a socket whose session was taken over is closed at its next write or removal", async () => {
  const core = new TestSyncCore();
  const row = id();
  core.readable.set(row, 1);
  const clients = [await core.subscribed({ ids: [row] }), await core.subscribed({ ids: [row] })];
  core.sessionLost = true;
  await clients[0]?.request(subscribe({ entityIds: [row] }));
  await clients[1]?.request({ type: "UNSUBSCRIBE_ALL" });
  expect(clients.map(({ socket }) => socket.closedWith)).toEqual([4409, 4409]);
});

test("a socket that closes during a SUBSCRIBE leaves nothing in memory, and its session is suspended after the SUBSCRIBE", async () => {
  const core = new TestSyncCore();
  const client = await core.subscribed({ ids: [id()] });
  core.heldReads = [];
  await client.request(subscribe({ entityIds: [id()], within: [id()] }));
  client.disconnect();
  expect(core.index.size).toBe(0);
  await settle();
  expect(core.suspended).toEqual([]);
  core.heldReads[0]?.answer();
  await settle();
  expect(core.suspended).toHaveLength(1);
  expect(core.ended).toEqual([]);
  expect(core.index.size).toBe(0);
  expect(client.socket.take()).toEqual([]);
});

test("[SUB-12] two sockets of one user are independent", async () => {
  const core = new TestSyncCore();
  const [row, personId] = [id(), id()];
  core.readable.set(row, 1);
  const one = await core.subscribed({ ids: [row], personId });
  const two = await core.subscribed({ ids: [row], personId });
  one.disconnect();
  await core.apply(logChange({ entityId: row, version: 2 }));
  expect(two.socket.take()).toHaveLength(1);
  expect(one.socket.take()).toEqual([]);
});

test("[SUB-11] an unknown entity type is an error, also in UNSUBSCRIBE", async () => {
  const core = new TestSyncCore();
  const client = core.connect();
  for (const type of ["SUBSCRIBE", "UNSUBSCRIBE"]) {
    const [answer] = await client.request({ type, id: "n", payload: { entityCode: "nonsense", entityIds: [id()] } });
    expect(answer).toMatchObject({ type: "ERROR", id: "n", payload: { code: "unknown_entity" } });
  }
});

// Fails when SUBSCRIBED relies on its own read alone: the client would believe in a subscription that delivers nothing.
test("a subscription that is revoked during a second SUBSCRIBE is reported as gone", async () => {
  const core = new TestSyncCore();
  const row = id();
  core.readable.set(row, 1);
  const client = await core.subscribed({ ids: [row] });
  core.heldReads = [];
  await client.request(subscribe({ entityIds: [row] }));
  await core.apply(logChange({ entityId: row, version: 2, recheck: true }));
  core.heldReads[1]?.answer({ versions: new Map(), containers: new Map() });
  await settle();
  core.heldReads[0]?.answer();
  await settle();
  const frames = client.socket.take();
  expect(frames.find(({ type }) => type === "SUBSCRIBED")).toMatchObject({
    payload: { count: 0, changed: [], gone: [row] },
  });
  expect(core.liveRows.length + core.index.size).toBe(0);
});

// Fails when a queued removal does not check memory again: the row of a live subscription would be deleted.
test("rows of a revoked subscription stay if it was made again before they were removed", async () => {
  const core = new TestSyncCore();
  const [row, other] = [id(), id()];
  core.readable.set(row, 1).set(other, 1);
  const client = await core.subscribed({ ids: [row] });
  core.heldReads = [];
  client.send(subscribe({ entityIds: [other] }));
  client.send(subscribe({ entityIds: [row] }));
  await settle();
  await core.apply(logChange({ entityId: row, version: 2, recheck: true }));
  core.heldReads[1]?.answer({ versions: new Map(), containers: new Map() });
  await settle();
  core.heldReads[0]?.answer();
  await settle();
  core.heldReads[2]?.answer();
  await settle();
  expect(new Set([...core.rows.values()].map((held) => held.entityId))).toEqual(new Set([row, other]));
  expect(core.index.size).toBe(2);
});

// Fails when rows held through a container count as subscribed (a row and memory for each), or are not compared at all.
test("[SUB-8] covered rows are compared, and neither subscribed nor written", async () => {
  const core = new TestSyncCore();
  const [same, newer, missing, box] = [id(), id(), id(), id()];
  core.readable.set(same, 5).set(newer, 7);
  core.readableContainers.add(box);
  const client = core.connect();
  const covered = [same, newer, missing];
  const [answer] = await client.request(subscribe({ within: [box], covered, coveredVersions: [5, 6, 1] }));
  expect(answer).toMatchObject({
    payload: { count: 1, changed: [{ entityId: newer, version: 7 }], gone: [missing] },
  });
  expect(core.index.size + core.refusedIndex.size).toBe(1);
  expect(core.rows.size).toBe(1);
  expect(await client.request(subscribe({ covered, coveredVersions: [5] }))).toMatchObject([{ type: "ERROR" }]);
  expect(await client.request(subscribe({ covered }))).toMatchObject([{ type: "ERROR" }]);
});

// Fails when leftovers on a device, which the client asks about once, fill its subscriptions.
test("covered rows of a type without any container are compared and not adopted", async () => {
  for (const ownPolicy of [false, true]) {
    const core = new TestSyncCore();
    if (ownPolicy) core.ownPolicies.add("task");
    const [kept, lost] = [id(), id()];
    core.readable.set(kept, 5);
    const client = core.connect();
    const [answer] = await client.request(subscribe({ covered: [kept, lost], coveredVersions: [5, 5] }));
    expect(answer).toMatchObject({ payload: { count: 0, changed: [], gone: [lost] } });
    expect([client.connection.subscribed.count, core.index.size, core.rows.size]).toEqual([0, 0, 0]);
  }
});

test("covered rows of a table with its own policies are adopted, and the client is notified of their loss", async () => {
  const core = new TestSyncCore();
  core.ownPolicies.add("task");
  const [mine, secret, box] = [id(), id(), id()];
  core.readable.set(mine, 5);
  core.readableContainers.add(box);
  const client = core.connect();
  await client.request(subscribe({ within: [box], covered: [mine, secret], coveredVersions: [5, 5] }));
  client.socket.take();
  core.readable.clear();
  await core.apply(
    ...[mine, secret].map((entityId) => logChange({ entityId, containerIds: [box], restricted: true, recheck: true })),
  );
  expect(client.socket.take()).toEqual([{ type: "GONE", payload: { entityCode: "task", entityIds: [mine] } }]);
});
