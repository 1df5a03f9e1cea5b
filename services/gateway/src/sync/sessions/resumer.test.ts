import type { DownMessage } from "@heliograph/protocol";
import { settle } from "@heliograph/shared/testing/settle";
import { expect, test } from "vitest";
import { type FakeClient, id, logChange, TestSyncCore } from "../testing/test-sync-core.ts";

const types = (frames: readonly DownMessage[]): string[] => frames.map(({ type }) => type);
const bookmark = (cursor: string) => ({ type: "BOOKMARK", payload: { cursor } });
const reset = (reason: string) => ({ type: "RESET", id: "r", payload: { reason } });
const places = ({ connection }: FakeClient, cursor: string) => ({ connectionId: connection.id, cursor });

/** A client that holds these and is gone, and what it needs to come back. */
async function lost(core: TestSyncCore, of: { ids?: string[]; within?: string[]; personId: string }) {
  const client = await core.subscribed(of);
  const place = places(client, core.cursor);
  client.disconnect();
  await settle();
  return place;
}

test("[RES-8] a lost socket leaves its rows to expire; a regular close deletes them", async () => {
  const core = new TestSyncCore();
  const row = id();
  core.readable.set(row, 1);
  const clients = await Promise.all([1006, 1005, 1012, 1000, 1001].map(() => core.subscribed({ ids: [row] })));
  for (const [at, code] of [1006, 1005, 1012, 1000, 1001].entries()) clients[at]?.disconnect(code);
  await settle();
  expect(core.suspended.map(({ connectionId }) => connectionId)).toEqual(
    clients.slice(0, 3).map(({ connection }) => connection.id),
  );
  expect(core.ended).toHaveLength(2);
  expect(core.rows.size).toBe(3);
  const empty = await core.subscribed({ ids: [row] });
  await empty.request({ type: "UNSUBSCRIBE_ALL" });
  empty.disconnect();
  await settle();
  expect(core.ended).toHaveLength(3);
});

// Fails when the close code alone decides: the client only echoes it.
test("[RES-8] a socket that the gateway closed can be resumed, whatever close code its client answers", async () => {
  const core = new TestSyncCore();
  const row = id();
  core.readable.set(row, 1);
  const client = await core.subscribed({ ids: [row] });
  client.connection.close(1012, "test");
  client.disconnect(1000);
  await settle();
  expect(core.suspended).toHaveLength(1);
});

test("[RES-2] RESUMED, then missed changes, then new ones", async () => {
  const core = new TestSyncCore();
  const [row, other, box, inside, personId] = [id(), id(), id(), id(), id()];
  core.readable.set(row, 1).set(other, 1);
  core.readableContainers.add(box);
  const place = await lost(core, { ids: [row, other], within: [box], personId });
  await core.apply(
    logChange({ entityId: row, version: 2 }),
    logChange({ entityId: inside, version: 3, action: 1, containerIds: [box] }),
    logChange({ entityId: id(), version: 9 }),
  );
  await core.apply(logChange({ entityId: row, version: 4 }));
  const back = await core.resume(place, { personId });
  expect(back.answers).toMatchObject([
    { type: "RESUMED", id: "r", payload: { count: 3 } },
    {
      type: "INVALIDATE",
      payload: {
        changes: [
          { entityId: row, action: "UPDATE", version: 4 },
          { entityId: inside, action: "CREATE", version: 3 },
        ],
      },
    },
  ]);
  expect(back.connection.id).toBe(place.connectionId);
  await core.apply(logChange({ entityId: other, version: 5 }));
  expect(back.socket.take()).toMatchObject([{ payload: { changes: [{ entityId: other, version: 5 }] } }]);
  expect(core.resumes).toEqual(["resumed"]);
});

// Fails when RESUMED carries the new position: a socket that is lost before the signals are read would skip them.
test("[BMK-5] the cursor of RESUMED stays at the client's position while signals follow, and moves when there are none", async () => {
  const core = new TestSyncCore();
  const [row, personId] = [id(), id()];
  core.readable.set(row, 1);
  const place = await lost(core, { ids: [row], personId });
  await core.apply(logChange({ entityId: row, version: 2 }));
  const missed = await core.resume(place, { personId });
  expect(missed.answers[0]).toMatchObject({ type: "RESUMED", payload: { cursor: place.cursor } });
  missed.disconnect();
  await settle();
  const nothing = await core.resume({ ...place, cursor: core.cursor }, { personId });
  expect(nothing.answers).toEqual([{ type: "RESUMED", id: "r", payload: { count: 1, cursor: core.cursor } }]);
});

// Fails when subscriptions join the fan-out only after the missed changes were read: a change in between would be lost.
test("[RES-2] a change during RESUME is delivered once, after RESUMED and after the missed changes", async () => {
  const core = new TestSyncCore();
  const [row, personId] = [id(), id()];
  core.readable.set(row, 1);
  const place = await lost(core, { ids: [row], personId });
  let go: () => void = () => undefined;
  core.beforeReplay = new Promise((resolve) => {
    go = resolve;
  });
  const back = await core.resume(place, { personId });
  await core.apply(logChange({ entityId: row, version: 2 }));
  expect(back.socket.take()).toEqual([]);
  go();
  await settle();
  const frames = back.socket.take();
  expect(types(frames)).toEqual(["RESUMED", "INVALIDATE"]);
  expect(frames[0]).toMatchObject({ payload: { cursor: place.cursor } });
});

// Fails when only missed changes are delivered: the read of the log had ended before this change was sequenced.
test("a change that arrives after the missed changes were read is delivered as well", async () => {
  const core = new TestSyncCore();
  const [row, personId] = [id(), id()];
  core.readable.set(row, 1);
  const place = await lost(core, { ids: [row], personId });
  let go: () => void = () => undefined;
  core.afterReplay = new Promise((resolve) => {
    go = resolve;
  });
  const back = await core.resume(place, { personId });
  await core.apply(logChange({ entityId: row, version: 2 }));
  expect(back.socket.take()).toEqual([]);
  go();
  await settle();
  expect(back.socket.take()).toMatchObject([
    { type: "RESUMED", payload: { cursor: place.cursor } },
    { type: "INVALIDATE", payload: { changes: [{ entityId: row, version: 2 }] } },
  ]);
});

// Fails when missed changes are delivered unchecked: a user who lost a right in the meantime would keep receiving the row.
test("[RES-6] rights that were lost in the meantime are read again: GONE, and no later change", async () => {
  const core = new TestSyncCore();
  const [row, kept, personId] = [id(), id(), id()];
  core.readable.set(row, 1).set(kept, 1);
  const place = await lost(core, { ids: [row, kept], personId });
  core.readable.delete(row);
  await core.apply(logChange({ entityId: row, version: 2, recheck: true, restricted: true }));
  await core.apply(
    logChange({ entityId: row, version: 3, restricted: true }),
    logChange({ entityId: kept, version: 3 }),
  );
  const { answers, socket } = await core.resume(place, { personId });
  expect(types(answers)).toEqual(["RESUMED", "INVALIDATE", "GONE"]);
  expect(answers[1]).toMatchObject({ payload: { changes: [{ entityId: kept }] } });
  await core.apply(logChange({ entityId: row, version: 4, restricted: true }));
  expect(socket.take()).toEqual([]);
  expect(core.liveRows.map((held) => held.entityId)).toEqual([kept]);
});

test("[RES-6] a restricted row that appeared in the meantime is delivered only if it may be read", async () => {
  const core = new TestSyncCore();
  const [open, secret, box, personId] = [id(), id(), id(), id()];
  core.readableContainers.add(box);
  const place = await lost(core, { within: [box], personId });
  core.readable.set(open, 2);
  await core.apply(
    logChange({ entityId: open, version: 2, action: 1, restricted: true, containerIds: [box] }),
    logChange({ entityId: secret, version: 2, action: 1, restricted: true, containerIds: [box] }),
  );
  const { answers } = await core.resume(place, { personId });
  expect(JSON.stringify(answers)).not.toContain(secret);
  expect(answers[1]).toMatchObject({ payload: { changes: [{ entityId: open, version: 2 }] } });
});

test("a membership that changed in the meantime rechecks all subscriptions", async () => {
  const core = new TestSyncCore();
  const [row, box, personId] = [id(), id(), id()];
  core.readable.set(row, 1);
  core.readableContainers.add(box);
  const ids = await lost(core, { ids: [row], personId });
  const container = await lost(core, { within: [box], personId });
  core.readable.clear();
  await core.apply(logChange({ entityCode: "person", entityId: personId, action: 5, recheck: true }));
  expect(types((await core.resume(ids, { personId })).answers)).toEqual(["RESUMED", "GONE"]);
  expect(types((await core.resume(container, { personId })).answers)).toEqual(["RESUMED", "RESET"]);
});

// Fails when a missed change is delivered as soon as it needs no read itself: a revocation and an edit are two changes, and the
// edit would disclose a row that is lost.
test("a missed change that needs no read waits behind a missed one that does", async () => {
  const core = new TestSyncCore();
  const [row, personId] = [id(), id()];
  core.readable.set(row, 1);
  const place = await lost(core, { ids: [row], personId });
  core.readable.delete(row);
  await core.apply(logChange({ entityId: row, version: 9, action: 5, restricted: true, recheck: true }));
  await core.apply(logChange({ entityId: row, version: 3, restricted: true }));
  const { answers } = await core.resume(place, { personId });
  expect(types(answers)).toEqual(["RESUMED", "GONE"]);
});

test("a deferred signal waits behind the read that a missed change needs", async () => {
  const core = new TestSyncCore();
  const [row, personId] = [id(), id()];
  core.readable.set(row, 1);
  const place = await lost(core, { ids: [row], personId });
  await core.apply(logChange({ entityId: row, version: 2, recheck: true }));
  let go: () => void = () => undefined;
  core.beforeReplay = new Promise((resolve) => {
    go = resolve;
  });
  const back = await core.resume(place, { personId });
  core.readable.delete(row);
  await core.apply(logChange({ entityId: row, version: 3 }));
  go();
  await settle();
  expect(types(back.socket.take())).toEqual(["RESUMED", "GONE"]);
});

test("[RES-4, G5] a connection id that is unknown, another user's, another organization's or no UUID gets the same RESET, and the socket can be used", async () => {
  const core = new TestSyncCore();
  const [row, personId] = [id(), id()];
  core.readable.set(row, 1);
  const place = await lost(core, { ids: [row], personId });
  const session = core.sessions.get(place.connectionId);
  if (session) core.sessions.set(place.connectionId, { ...session, organizationId: id() });
  for (const [connectionId, person] of [
    [id(), personId],
    [place.connectionId, id()],
    [place.connectionId, personId],
    ["x' or true --", personId],
  ] as const) {
    const { answers, request } = await core.resume({ ...place, connectionId }, { personId: person });
    expect(answers).toEqual([reset("session")]);
    const [answer] = await request({ type: "SUBSCRIBE", payload: { entityCode: "task", entityIds: [row] } });
    expect(answer).toMatchObject({ type: "SUBSCRIBED" });
  }
});

test("[RES-5] RESET reasons that depend on the cursor", async () => {
  const core = new TestSyncCore();
  const [row, personId] = [id(), id()];
  core.readable.set(row, 1);
  const place = await lost(core, { ids: [row], personId });
  const answer = async (cursor: string): Promise<DownMessage[]> =>
    (await core.resume({ ...place, cursor }, { personId })).answers;
  expect(await answer("nonsense")).toEqual([reset("other_history")]);
  expect(await answer("two@100")).toEqual([reset("other_history")]);
  expect(await answer("one@101")).toEqual([reset("cursor_ahead")]);
});

test("[RES-13] more missed changes than a socket may queue cause a RESET", async () => {
  const core = new TestSyncCore({ maxWaiting: 10 });
  const [box, personId] = [id(), id()];
  core.readableContainers.add(box);
  const place = await lost(core, { within: [box], personId });
  await core.apply(...Array.from({ length: 11 }, () => logChange({ entityId: id(), containerIds: [box] })));
  const back = await core.resume(place, { personId });
  expect(back.answers).toEqual([reset("cursor_too_old")]);
  expect(back.connection.id).not.toBe(place.connectionId);
  expect(core.rows.size + core.index.size).toBe(0);
});

test("[RES-1] RESUME is accepted as first message only", async () => {
  const core = new TestSyncCore();
  const message = { type: "RESUME", id: "r", payload: { connectionId: id(), cursor: core.cursor } };
  for (const first of [{ type: "PING" }, "{", message]) {
    const client = core.connect();
    await client.request(first);
    expect(await client.request(message)).toMatchObject([
      { type: "ERROR", id: "r", payload: { code: "resume_too_late" } },
    ]);
  }
});

test("[RES-9] while the database is away RESUME may be repeated, and nothing is lost", async () => {
  const core = new TestSyncCore();
  const [row, personId] = [id(), id()];
  core.readable.set(row, 1);
  const place = await lost(core, { ids: [row], personId });
  core.failRows = true;
  const { answers, request } = await core.resume(place, { personId });
  expect(answers).toMatchObject([{ type: "ERROR", id: "r", payload: { code: "unavailable" } }]);
  core.failRows = false;
  core.beforeReplay = Promise.reject(new Error("away"));
  expect(await request({ type: "RESUME", payload: place })).toMatchObject([{ type: "ERROR" }]);
  expect(core.index.size).toBe(0);
  core.beforeReplay = Promise.resolve();
  expect(types(await request({ type: "RESUME", payload: place }))).toEqual(["RESUMED"]);
});

// Fails when the older socket stays open: both tabs would believe that they own the connection.
test("[RES-7] of two sockets that resume the same connection the later one gets it, and the earlier is closed with 4409", async () => {
  const core = new TestSyncCore();
  const [row, personId] = [id(), id()];
  core.readable.set(row, 1);
  const place = await lost(core, { ids: [row], personId });
  const first = await core.resume(place, { personId });
  const second = await core.resume(place, { personId });
  expect(first.socket.closedWith).toBe(4409);
  first.disconnect(4409);
  await settle();
  expect(core.rows.size).toBe(1);
  await core.apply(logChange({ entityId: row, version: 2 }));
  expect(types(second.socket.take())).toEqual(["INVALIDATE"]);
  const stillOpen = await core.subscribed({ ids: [row], personId });
  const taken = await core.resume(places(stillOpen, core.cursor), { personId });
  expect(stillOpen.socket.closedWith).toBe(4409);
  expect(types(taken.answers)).toEqual(["RESUMED"]);
});

test("a socket that is lost during RESUME leaves the connection to the next one", async () => {
  const core = new TestSyncCore();
  const [row, personId] = [id(), id()];
  core.readable.set(row, 1);
  const place = await lost(core, { ids: [row], personId });
  let go: () => void = () => undefined;
  core.beforeReplay = new Promise((resolve) => {
    go = resolve;
  });
  const back = await core.resume(place, { personId });
  back.disconnect();
  go();
  await settle();
  expect(core.index.size).toBe(0);
  expect(core.suspended.at(-1)).toMatchObject({ connectionId: place.connectionId, generation: 2 });
  expect(types((await core.resume(place, { personId })).answers)).toEqual(["RESUMED"]);
});

// Fails when a closing socket picks the session to suspend too early: the one just taken over would never expire.
test("a socket that is lost during the takeover suspends the session that was taken over", async () => {
  const core = new TestSyncCore();
  const [row, personId] = [id(), id()];
  core.readable.set(row, 1);
  const place = await lost(core, { ids: [row], personId });
  let go: () => void = () => undefined;
  core.beforeTakeover = new Promise((resolve) => {
    go = resolve;
  });
  const back = await core.resume(place, { personId });
  back.disconnect();
  go();
  await settle();
  expect(core.suspended.at(-1)).toMatchObject({ connectionId: place.connectionId, generation: 2 });
  expect(core.index.size).toBe(0);
});

// Fails when missed changes are delivered in their order: the change would reach a user who lost the right to it.
test("a change that needs a read of rights comes before earlier missed changes of the same row", async () => {
  const core = new TestSyncCore();
  const [row, personId] = [id(), id()];
  core.readable.set(row, 1);
  const place = await lost(core, { ids: [row], personId });
  core.readable.delete(row);
  await core.apply(
    logChange({ entityId: row, version: 2 }),
    logChange({ entityId: row, version: 2, action: 5, recheck: true, restricted: true }),
  );
  const { answers } = await core.resume(place, { personId });
  expect(types(answers)).toEqual(["RESUMED", "GONE"]);
});

// Fails when the two are merged: only the creation would be checked, and the deletion would reach no client.
test("a row that was deleted and created again privately while a socket was away is delivered as deleted", async () => {
  const core = new TestSyncCore();
  const [row, box, personId] = [id(), id(), id()];
  core.readableContainers.add(box);
  const place = await lost(core, { within: [box], personId });
  await core.apply(logChange({ entityId: row, containerIds: [box], version: 2, action: 3 }));
  await core.apply(logChange({ entityId: row, containerIds: [box], version: 3, action: 1, restricted: true }));
  const { answers } = await core.resume(place, { personId });
  expect(answers).toMatchObject([
    { type: "RESUMED" },
    { type: "INVALIDATE", payload: { changes: [{ entityId: row, action: "DELETE", version: 2 }] } },
  ]);
});

test("[BMK-5] a BOOKMARK follows a resume without missed changes", async () => {
  const core = new TestSyncCore();
  core.connections.startSweeping();
  const [row, personId] = [id(), id()];
  core.readable.set(row, 1);
  const place = await lost(core, { ids: [row], personId });
  const back = await core.resume(place, { personId });
  await core.clock.advance(1000);
  expect(back.socket.take()).toEqual([bookmark(core.cursor)]);
});
