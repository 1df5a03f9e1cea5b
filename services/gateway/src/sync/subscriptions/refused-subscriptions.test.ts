import type { DownMessage } from "@heliograph/protocol";
import { settle } from "@heliograph/shared/testing/settle";
import { expect, test } from "vitest";
import { id, logChange, TestSyncCore } from "../testing/test-sync-core.ts";

const types = (frames: readonly DownMessage[]): string[] => frames.map(({ type }) => type);
const subscribe = (payload: object) => ({ type: "SUBSCRIBE", payload: { entityCode: "task", ...payload } });
const signal = (entityId: string, version: number, entityCode = "task") => ({
  type: "INVALIDATE",
  payload: { entityCode, changes: [{ entityId, action: "CREATE", version }] },
});

// Fails when a refusal ends the registration: the client would receive the row only when it asks again, seconds later.
test("[SUB-6] a refused row is delivered when it is created, granted, or made public", async () => {
  const core = new TestSyncCore();
  for (const change of [
    { action: 1 },
    { action: 4, restricted: true, recheck: true },
    { action: 2, restricted: true, recheck: true },
    { action: 2, createdVersion: 3 },
  ] as const) {
    const row = id();
    const client = await core.subscribed({ ids: [row] });
    client.socket.take();
    core.readable.set(row, 7);
    await core.apply(logChange({ entityId: row, version: 999, ...change }));
    expect(client.socket.take()).toMatchObject([signal(row, 7)]);
    await core.apply(logChange({ entityId: row, version: 1000 }));
    expect(client.socket.take()).toMatchObject([{ payload: { changes: [{ action: "UPDATE", version: 1000 }] } }]);
    expect(core.liveRows.filter((held) => held.entityId === row)).toHaveLength(1);
  }
  expect(core.restored).toBe(4);
});

// Fails when anything but a read under the user's rights decides: it would disclose that a row exists.
test("[SUB-5, SUB-6] a refused subscription delivers nothing, alike for rows that exist and rows that do not", async () => {
  const core = new TestSyncCore();
  const [secret, missing] = [id(), id()];
  const client = await core.subscribed({ ids: [secret, missing] });
  client.socket.take();
  const before = core.reads;
  await core.apply(
    logChange({ entityId: secret, restricted: true, version: 2 }),
    logChange({ entityId: secret, action: 3, restricted: true, version: 3 }),
  );
  expect(core.reads).toBe(before);
  await core.apply(
    logChange({ entityId: secret, action: 1, restricted: true, version: 4 }),
    logChange({ entityId: secret, action: 5, restricted: true, recheck: true }),
  );
  expect(client.socket.take()).toEqual([]);
  expect(client.connection.refused.list()).toHaveLength(2);
  expect(core.index.size).toBe(0);
  const ended = await client.request({ type: "UNSUBSCRIBE", payload: { entityCode: "task", entityIds: [secret] } });
  expect(ended).toMatchObject([{ payload: { count: 0 } }]);
  expect(await client.request({ type: "UNSUBSCRIBE", payload: { entityCode: "task", entityIds: [missing] } })).toEqual(
    ended,
  );
  expect(core.refusedIndex.size + core.rows.size).toBe(0);
});

test("[SUB-6] a revoked subscription is restored when it is granted again", async () => {
  const core = new TestSyncCore();
  const row = id();
  core.readable.set(row, 1);
  const client = await core.subscribed({ ids: [row] });
  client.socket.take();
  core.readable.delete(row);
  await core.apply(logChange({ entityId: row, restricted: true, recheck: true, action: 5 }));
  expect(types(client.socket.take())).toEqual(["GONE"]);
  expect([...core.rows.values()]).toMatchObject([{ entityId: row, refused: true }]);
  core.readable.set(row, 1);
  await core.apply(logChange({ entityId: row, restricted: true, recheck: true, action: 4 }));
  expect(client.socket.take()).toMatchObject([signal(row, 1)]);
  expect(core.liveRows).toHaveLength(1);
});

test("a membership that returns restores rows, which are read once for all sockets of the person", async () => {
  const core = new TestSyncCore();
  const [row, personId] = [id(), id()];
  const one = await core.subscribed({ ids: [row], personId });
  const two = await core.subscribed({ ids: [row], personId });
  one.socket.take();
  two.socket.take();
  const before = core.reads;
  core.readable.set(row, 3);
  await core.apply(logChange({ entityCode: "person", entityId: personId, action: 4, restricted: true, recheck: true }));
  for (const client of [one, two]) expect(client.socket.take()).toMatchObject([signal(row, 3)]);
  expect(core.reads - before).toBe(1);
});

test("a container that becomes readable is delivered as its own row, and its subscription is live from then on", async () => {
  const core = new TestSyncCore();
  const [project, row] = [id(), id()];
  const box = `project/${project}`;
  const client = await core.subscribed({ within: [box] });
  client.socket.take();
  await core.apply(logChange({ entityId: row, containerIds: [box] }));
  expect(client.socket.take()).toEqual([]);
  core.readableContainers.add(box);
  await core.apply(logChange({ entityCode: "project", entityId: project, restricted: true, recheck: true }));
  expect(client.socket.take()).toMatchObject([signal(project, 1, "project")]);
  await core.apply(logChange({ entityId: row, containerIds: [box] }));
  expect(client.socket.take()).toHaveLength(1);
});

// Fails when only refused subscriptions are watched: the grant comes between the read and SUBSCRIBED.
test("a row that becomes readable while its SUBSCRIBE is being refused is delivered after it", async () => {
  for (const kind of ["id", "within"] as const) {
    const core = new TestSyncCore();
    core.heldReads = [];
    const target = id();
    const client = core.connect();
    await client.request(subscribe(kind === "id" ? { entityIds: [target] } : { within: [`project/${target}`] }));
    await core.apply(
      logChange({
        entityCode: kind === "id" ? "task" : "project",
        entityId: target,
        action: 4,
        restricted: true,
        recheck: true,
      }),
    );
    for (const question of core.heldReads.splice(0)) question.answer();
    await settle();
    core.readable.set(target, 5);
    core.readableContainers.add(`project/${target}`);
    for (const question of core.heldReads.splice(0)) question.answer();
    await settle();
    expect(types(client.socket.take()), kind).toEqual(["SUBSCRIBED", "INVALIDATE"]);
  }
});

// Fails when a change that arrives during the read is dropped because the subscription is still refused.
test("a change during the read that restores a row is delivered after it", async () => {
  const core = new TestSyncCore();
  const row = id();
  const client = await core.subscribed({ ids: [row] });
  client.socket.take();
  core.heldReads = [];
  await core.apply(logChange({ entityId: row, action: 4, restricted: true, recheck: true }));
  await core.apply(logChange({ entityId: row, restricted: true, version: 6 }));
  core.readable.set(row, 5);
  core.heldReads[0]?.answer();
  await settle();
  expect(client.socket.take()).toMatchObject([
    { payload: { changes: [{ version: 5 }] } },
    { payload: { changes: [{ version: 6 }] } },
  ]);
});

test("the same for the read that RESUME causes", async () => {
  const core = new TestSyncCore();
  const [row, personId] = [id(), id()];
  const first = await core.subscribed({ ids: [row], personId });
  const place = { connectionId: first.connection.id, cursor: core.cursor };
  first.disconnect();
  await settle();
  core.heldReads = [];
  const { socket } = await core.resume(place, { personId });
  await core.apply(logChange({ entityId: row, restricted: true, version: 6 }));
  core.readable.set(row, 5);
  core.heldReads[0]?.answer();
  await settle();
  expect(socket.take()).toMatchObject([
    { payload: { changes: [{ version: 5 }] } },
    { payload: { changes: [{ version: 6 }] } },
  ]);
});

test("no BOOKMARK while a refused row is being read, and a failed read is repeated", async () => {
  const core = new TestSyncCore();
  const row = id();
  const client = await core.subscribed({ ids: [row] });
  client.socket.take();
  core.heldReads = [];
  await core.apply(logChange({ entityId: row, action: 1 }));
  core.connections.startSweeping();
  await core.clock.advance(11_000);
  expect(types(client.socket.take())).toEqual([]);
  core.heldReads[0]?.fail();
  await settle();
  await core.clock.advance(3000);
  core.readable.set(row, 2);
  core.heldReads[1]?.answer();
  await core.clock.advance(1000);
  expect(types(client.socket.take())).toEqual(["INVALIDATE", "BOOKMARK"]);
});

// Fails when refused subscriptions resume as live ones, which would deliver without a read, or not at all.
test("[RES-12] refused subscriptions survive RESUME: they are read again, delivered only if readable, and watched further", async () => {
  const core = new TestSyncCore();
  const [granted, secret, project, personId] = [id(), id(), id(), id()];
  const box = `project/${project}`;
  const first = await core.subscribed({ ids: [granted, secret], within: [box], personId });
  const place = { connectionId: first.connection.id, cursor: core.cursor };
  first.disconnect();
  await settle();
  core.readable.set(granted, 4);
  await core.apply(
    logChange({ entityId: granted, action: 4, restricted: true, recheck: true }),
    logChange({ entityId: secret, version: 9, restricted: true }),
  );
  const { answers, socket } = await core.resume(place, { personId });
  expect(answers).toMatchObject([
    { type: "RESUMED", payload: { count: 0, cursor: place.cursor } },
    { type: "GONE", payload: { entityCode: "task", entityIds: [granted, secret, box] } },
    signal(granted, 4),
  ]);
  core.readable.set(secret, 10);
  core.readableContainers.add(box);
  await core.apply(
    logChange({ entityId: secret, action: 4, restricted: true, recheck: true }),
    logChange({ entityCode: "project", entityId: project, restricted: true, recheck: true }),
  );
  expect(JSON.stringify(socket.take())).toContain(secret);
  expect(core.liveRows).toHaveLength(3);
});

// Fails when RESUME concerns live subscriptions only: the GONE was written to a socket whose link was cut silently.
test("a revocation on a dead link is repeated on the next socket", async () => {
  const core = new TestSyncCore();
  const [row, personId] = [id(), id()];
  core.readable.set(row, 1);
  const first = await core.subscribed({ ids: [row], personId });
  const place = { connectionId: first.connection.id, cursor: core.cursor };
  core.readable.delete(row);
  await core.apply(logChange({ entityId: row, version: 2, restricted: true, recheck: true }));
  expect(types(first.socket.take())).toEqual(["GONE"]);
  const { answers } = await core.resume(place, { personId });
  expect(answers).toMatchObject([
    { type: "RESUMED", payload: { count: 0 } },
    { type: "GONE", payload: { entityCode: "task", entityIds: [row] } },
  ]);
});

// Fails when a subscription that is live by now proves the right to all missed changes: it was refused while the first row existed.
test("a row that restores a refused subscription does not prove a right to the hidden row that had its id before", async () => {
  const core = new TestSyncCore();
  const [row, personId] = [id(), id()];
  const client = await core.subscribed({ ids: [row], personId });
  const place = { connectionId: client.connection.id, cursor: core.cursor };
  await core.apply(logChange({ entityId: row, action: 3, version: 2, restricted: true }));
  core.readable.set(row, 3);
  await core.apply(logChange({ entityId: row, action: 1, version: 3 }));
  expect(client.connection.subscribed.list()).toHaveLength(1);
  client.disconnect();
  await settle();
  const { answers } = await core.resume(place, { personId });
  expect(JSON.stringify(answers)).not.toContain("DELETE");
  expect(answers).toMatchObject([{ type: "RESUMED" }, signal(row, 3)]);
});

// Fails when all rows of the read count as delivered, and not only the one that was: the signal of another would be dropped.
test("restoring one row hides no change of another that was read with it", async () => {
  const core = new TestSyncCore();
  const [held, refused, personId] = [id(), id(), id()];
  core.readable.set(held, 1);
  const client = await core.subscribed({ ids: [held, refused], personId });
  client.socket.take();
  // Both changes are committed when the rights are read, and only one of them has arrived.
  core.readable.set(held, 2).set(refused, 5);
  await core.apply(logChange({ entityCode: "person", entityId: personId, action: 4, restricted: true, recheck: true }));
  expect(client.socket.take()).toMatchObject([signal(refused, 5)]);
  await core.apply(logChange({ entityId: held, version: 2 }));
  expect(client.socket.take()).toMatchObject([{ payload: { changes: [{ entityId: held, version: 2 }] } }]);
});

test("[LIM-3] refused and live subscriptions together stay within the limit; refused ones give way", async () => {
  const core = new TestSyncCore({ maxSubscriptions: 10 });
  const client = await core.subscribed({ ids: Array.from({ length: 8 }, id) });
  const held = Array.from({ length: 6 }, id);
  for (const one of held) core.readable.set(one, 1);
  await client.request(subscribe({ entityIds: held }));
  expect(client.connection.subscribed.count).toBe(6);
  expect(client.connection.refused.count).toBe(4);
  expect([core.index.size, core.refusedIndex.size, core.rows.size]).toEqual([6, 4, 10]);
  expect(await client.request(subscribe({ entityIds: Array.from({ length: 5 }, id) }))).toMatchObject([
    { payload: { code: "too_many_subscriptions" } },
  ]);
  client.disconnect();
  expect(core.index.size + core.refusedIndex.size).toBe(0);
});

test("a row lost on a second SUBSCRIBE is read once more: that read may have been the older one", async () => {
  const core = new TestSyncCore();
  const row = id();
  core.readable.set(row, 1);
  const client = await core.subscribed({ ids: [row] });
  core.heldReads = [];
  await client.request(subscribe({ entityIds: [row] }));
  core.heldReads.splice(0)[0]?.answer({ versions: new Map(), containers: new Map() });
  await settle();
  core.heldReads.splice(0)[0]?.answer();
  await settle();
  expect(types(client.socket.take())).toEqual(["SUBSCRIBED", "INVALIDATE"]);
  expect(client.connection.subscribed.count).toBe(1);
});
