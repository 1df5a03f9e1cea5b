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

test("a lost socket leaves its rows to expire; one that says goodbye takes them along", async () => {
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

// Fails when the code of the close decides alone: the client only echoes it.
test("a socket that the gateway closed can be resumed, whatever its client answers", async () => {
  const core = new TestSyncCore();
  const row = id();
  core.readable.set(row, 1);
  const client = await core.subscribed({ ids: [row] });
  client.connection.close(1012, "test");
  client.disconnect(1000);
  await settle();
  expect(core.suspended).toHaveLength(1);
});

test("RESUMED, then what was missed, then what comes", async () => {
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

// Fails when RESUMED carries the new place: a socket that is lost before the signals are read would skip them.
test("the cursor of RESUMED stays where the client was while signals follow, and moves when there are none", async () => {
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

// Fails when nothing takes part in the fan-out before the missed signals are known: a change between would reach nobody.
test("a change during RESUME is told once, after RESUMED and after what was missed before it", async () => {
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

// Fails when only what was missed is told: the read of the log had ended before this change was sequenced.
test("a change that comes after what was missed was read is told as well", async () => {
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

// Fails when missed signals are told as they are: whoever lost a right while away would go on hearing of the row.
test("rights that were lost meanwhile are read again: GONE, and nothing that came later", async () => {
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

test("a restricted row that appeared meanwhile is told only if it may be read", async () => {
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

test("a membership that changed meanwhile: everything is read again", async () => {
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

// Fails when what was missed is told as soon as it needs no read itself: a revocation and an edit are two items, and the
// edit would request of a row that is lost.
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

test("a kept change waits behind the read that a missed one needs", async () => {
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

test("unknown, somebody else's, another organization's, not a UUID: the same RESET, and the socket can be used", async () => {
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

test("the reasons that lie in the cursor", async () => {
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

test("more than a socket may have waiting is not told one by one", async () => {
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

test("RESUME is the first message or none", async () => {
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

test("while the database is away RESUME may be repeated, and nothing is lost", async () => {
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

// Fails when the older socket is left open: both tabs would believe that the connection is theirs.
test("of two sockets that resume the same connection the later one has it, the earlier is closed 4409", async () => {
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

// Fails when the session that a closing socket gives up is chosen too early: the one just taken would never expire.
test("a socket that is lost while its connection is being taken over gives that one up", async () => {
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

// Fails when missed signals are told in their order: the change would be told to somebody who has lost the right to it.
test("what needs a read of rights goes before what was missed of the same row earlier", async () => {
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

// Fails when the two are joined: only the creation would be judged, and the deletion told to nobody.
test("a row that was deleted and created again privately while a socket was away is told to be deleted", async () => {
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

test("a bookmark follows a resume without anything missed", async () => {
  const core = new TestSyncCore();
  core.connections.startSweeping();
  const [row, personId] = [id(), id()];
  core.readable.set(row, 1);
  const place = await lost(core, { ids: [row], personId });
  const back = await core.resume(place, { personId });
  await core.clock.advance(1000);
  expect(back.socket.take()).toEqual([bookmark(core.cursor)]);
});
