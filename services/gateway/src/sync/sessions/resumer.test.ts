import type { DownMessage } from "@heliograph/protocol";
import { settle } from "@heliograph/shared/testing/settle";
import { expect, test } from "vitest";
import { type FakeClient, id, item, Scene } from "../testing/scene.ts";

const types = (frames: readonly DownMessage[]): string[] => frames.map(({ type }) => type);
const bookmark = (cursor: string) => ({ type: "BOOKMARK", payload: { cursor } });
const reset = (reason: string) => ({ type: "RESET", id: "r", payload: { reason } });
const places = ({ connection }: FakeClient, cursor: string) => ({ connectionId: connection.id, cursor });

/** A client that holds these and is gone, and what it needs to come back. */
async function lost(scene: Scene, of: { ids?: string[]; within?: string[]; personId: string }) {
  const client = await scene.subscribed(of);
  const place = places(client, scene.cursor);
  client.leave();
  await settle();
  return place;
}

test("a lost socket leaves its rows to expire; one that says goodbye takes them along", async () => {
  const scene = new Scene();
  const row = id();
  scene.readable.set(row, 1);
  const clients = await Promise.all([1006, 1005, 1012, 1000, 1001].map(() => scene.subscribed({ ids: [row] })));
  for (const [at, code] of [1006, 1005, 1012, 1000, 1001].entries()) clients[at]?.leave(code);
  await settle();
  expect(scene.suspended.map(({ connectionId }) => connectionId)).toEqual(
    clients.slice(0, 3).map(({ connection }) => connection.id),
  );
  expect(scene.ended).toHaveLength(2);
  expect(scene.rows.size).toBe(3);
  const empty = await scene.subscribed({ ids: [row] });
  await empty.tell({ type: "UNSUBSCRIBE_ALL" });
  empty.leave();
  await settle();
  expect(scene.ended).toHaveLength(3);
});

// Fails when the code of the close decides alone: the client only echoes it.
test("a socket that the gateway closed can be resumed, whatever its client answers", async () => {
  const scene = new Scene();
  const row = id();
  scene.readable.set(row, 1);
  const client = await scene.subscribed({ ids: [row] });
  client.connection.close(1012, "test");
  client.leave(1000);
  await settle();
  expect(scene.suspended).toHaveLength(1);
});

test("RESUMED, then what was missed, then what comes", async () => {
  const scene = new Scene();
  const [row, other, box, inside, personId] = [id(), id(), id(), id(), id()];
  scene.readable.set(row, 1).set(other, 1);
  scene.containers.add(box);
  const place = await lost(scene, { ids: [row, other], within: [box], personId });
  await scene.apply(
    item({ entityId: row, version: 2 }),
    item({ entityId: inside, version: 3, action: 1, containerIds: [box] }),
    item({ entityId: id(), version: 9 }),
  );
  await scene.apply(item({ entityId: row, version: 4 }));
  const back = await scene.resume(place, { personId });
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
  await scene.apply(item({ entityId: other, version: 5 }));
  expect(back.socket.take()).toMatchObject([{ payload: { changes: [{ entityId: other, version: 5 }] } }]);
  expect(scene.resumes).toEqual(["resumed"]);
});

// Fails when RESUMED carries the new place: a socket that is lost before the signals are read would skip them.
test("the cursor of RESUMED stays where the client was while signals follow, and moves when there are none", async () => {
  const scene = new Scene();
  const [row, personId] = [id(), id()];
  scene.readable.set(row, 1);
  const place = await lost(scene, { ids: [row], personId });
  await scene.apply(item({ entityId: row, version: 2 }));
  const missed = await scene.resume(place, { personId });
  expect(missed.answers[0]).toMatchObject({ type: "RESUMED", payload: { cursor: place.cursor } });
  missed.leave();
  await settle();
  const nothing = await scene.resume({ ...place, cursor: scene.cursor }, { personId });
  expect(nothing.answers).toEqual([{ type: "RESUMED", id: "r", payload: { count: 1, cursor: scene.cursor } }]);
});

// Fails when nothing takes part in the fan-out before the missed signals are known: a change between would reach nobody.
test("a change during RESUME is told once, after RESUMED and after what was missed before it", async () => {
  const scene = new Scene();
  const [row, personId] = [id(), id()];
  scene.readable.set(row, 1);
  const place = await lost(scene, { ids: [row], personId });
  let go: () => void = () => undefined;
  scene.beforeReplay = new Promise((resolve) => {
    go = resolve;
  });
  const back = await scene.resume(place, { personId });
  await scene.apply(item({ entityId: row, version: 2 }));
  expect(back.socket.take()).toEqual([]);
  go();
  await settle();
  const frames = back.socket.take();
  expect(types(frames)).toEqual(["RESUMED", "INVALIDATE"]);
  expect(frames[0]).toMatchObject({ payload: { cursor: place.cursor } });
});

// Fails when only what was missed is told: the read of the log had ended before this change was sequenced.
test("a change that comes after what was missed was read is told as well", async () => {
  const scene = new Scene();
  const [row, personId] = [id(), id()];
  scene.readable.set(row, 1);
  const place = await lost(scene, { ids: [row], personId });
  let go: () => void = () => undefined;
  scene.afterReplay = new Promise((resolve) => {
    go = resolve;
  });
  const back = await scene.resume(place, { personId });
  await scene.apply(item({ entityId: row, version: 2 }));
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
  const scene = new Scene();
  const [row, kept, personId] = [id(), id(), id()];
  scene.readable.set(row, 1).set(kept, 1);
  const place = await lost(scene, { ids: [row, kept], personId });
  scene.readable.delete(row);
  await scene.apply(item({ entityId: row, version: 2, recheck: true, restricted: true }));
  await scene.apply(item({ entityId: row, version: 3, restricted: true }), item({ entityId: kept, version: 3 }));
  const { answers, socket } = await scene.resume(place, { personId });
  expect(types(answers)).toEqual(["RESUMED", "INVALIDATE", "GONE"]);
  expect(answers[1]).toMatchObject({ payload: { changes: [{ entityId: kept }] } });
  await scene.apply(item({ entityId: row, version: 4, restricted: true }));
  expect(socket.take()).toEqual([]);
  expect(scene.heldRows.map((held) => held.id)).toEqual([kept]);
});

test("a restricted row that appeared meanwhile is told only if it may be read", async () => {
  const scene = new Scene();
  const [open, secret, box, personId] = [id(), id(), id(), id()];
  scene.containers.add(box);
  const place = await lost(scene, { within: [box], personId });
  scene.readable.set(open, 2);
  await scene.apply(
    item({ entityId: open, version: 2, action: 1, restricted: true, containerIds: [box] }),
    item({ entityId: secret, version: 2, action: 1, restricted: true, containerIds: [box] }),
  );
  const { answers } = await scene.resume(place, { personId });
  expect(JSON.stringify(answers)).not.toContain(secret);
  expect(answers[1]).toMatchObject({ payload: { changes: [{ entityId: open, version: 2 }] } });
});

test("a membership that changed meanwhile: everything is read again", async () => {
  const scene = new Scene();
  const [row, box, personId] = [id(), id(), id()];
  scene.readable.set(row, 1);
  scene.containers.add(box);
  const ids = await lost(scene, { ids: [row], personId });
  const container = await lost(scene, { within: [box], personId });
  scene.readable.clear();
  await scene.apply(item({ entityCode: "person", entityId: personId, action: 5, recheck: true }));
  expect(types((await scene.resume(ids, { personId })).answers)).toEqual(["RESUMED", "GONE"]);
  expect(types((await scene.resume(container, { personId })).answers)).toEqual(["RESUMED", "RESET"]);
});

// Fails when what was missed is told as soon as it needs no read itself: a revocation and an edit are two items, and the
// edit would tell of a row that is lost.
test("a missed change that needs no read waits behind a missed one that does", async () => {
  const scene = new Scene();
  const [row, personId] = [id(), id()];
  scene.readable.set(row, 1);
  const place = await lost(scene, { ids: [row], personId });
  scene.readable.delete(row);
  await scene.apply(item({ entityId: row, version: 9, action: 5, restricted: true, recheck: true }));
  await scene.apply(item({ entityId: row, version: 3, restricted: true }));
  const { answers } = await scene.resume(place, { personId });
  expect(types(answers)).toEqual(["RESUMED", "GONE"]);
});

test("a kept change waits behind the read that a missed one needs", async () => {
  const scene = new Scene();
  const [row, personId] = [id(), id()];
  scene.readable.set(row, 1);
  const place = await lost(scene, { ids: [row], personId });
  await scene.apply(item({ entityId: row, version: 2, recheck: true }));
  let go: () => void = () => undefined;
  scene.beforeReplay = new Promise((resolve) => {
    go = resolve;
  });
  const back = await scene.resume(place, { personId });
  scene.readable.delete(row);
  await scene.apply(item({ entityId: row, version: 3 }));
  go();
  await settle();
  expect(types(back.socket.take())).toEqual(["RESUMED", "GONE"]);
});

test("unknown, somebody else's, another organization's, not a UUID: the same RESET, and the socket can be used", async () => {
  const scene = new Scene();
  const [row, personId] = [id(), id()];
  scene.readable.set(row, 1);
  const place = await lost(scene, { ids: [row], personId });
  const session = scene.sessions.get(place.connectionId);
  if (session) scene.sessions.set(place.connectionId, { ...session, organizationId: id() });
  for (const [connectionId, person] of [
    [id(), personId],
    [place.connectionId, id()],
    [place.connectionId, personId],
    ["x' or true --", personId],
  ] as const) {
    const { answers, tell } = await scene.resume({ ...place, connectionId }, { personId: person });
    expect(answers).toEqual([reset("session")]);
    const [answer] = await tell({ type: "SUBSCRIBE", payload: { entityCode: "task", entityIds: [row] } });
    expect(answer).toMatchObject({ type: "SUBSCRIBED" });
  }
});

test("the reasons that lie in the cursor", async () => {
  const scene = new Scene();
  const [row, personId] = [id(), id()];
  scene.readable.set(row, 1);
  const place = await lost(scene, { ids: [row], personId });
  const answer = async (cursor: string): Promise<DownMessage[]> =>
    (await scene.resume({ ...place, cursor }, { personId })).answers;
  expect(await answer("nonsense")).toEqual([reset("other_history")]);
  expect(await answer("two@100")).toEqual([reset("other_history")]);
  expect(await answer("one@101")).toEqual([reset("cursor_ahead")]);
});

test("more than a socket may have waiting is not told one by one", async () => {
  const scene = new Scene({ maxWaiting: 10 });
  const [box, personId] = [id(), id()];
  scene.containers.add(box);
  const place = await lost(scene, { within: [box], personId });
  await scene.apply(...Array.from({ length: 11 }, () => item({ entityId: id(), containerIds: [box] })));
  const back = await scene.resume(place, { personId });
  expect(back.answers).toEqual([reset("cursor_too_old")]);
  expect(back.connection.id).not.toBe(place.connectionId);
  expect(scene.rows.size + scene.index.size).toBe(0);
});

test("RESUME is the first message or none", async () => {
  const scene = new Scene();
  const message = { type: "RESUME", id: "r", payload: { connectionId: id(), cursor: scene.cursor } };
  for (const first of [{ type: "PING" }, "{", message]) {
    const client = scene.connect();
    await client.tell(first);
    expect(await client.tell(message)).toMatchObject([
      { type: "ERROR", id: "r", payload: { code: "resume_too_late" } },
    ]);
  }
});

test("while the database is away RESUME may be repeated, and nothing is lost", async () => {
  const scene = new Scene();
  const [row, personId] = [id(), id()];
  scene.readable.set(row, 1);
  const place = await lost(scene, { ids: [row], personId });
  scene.failRows = true;
  const { answers, tell } = await scene.resume(place, { personId });
  expect(answers).toMatchObject([{ type: "ERROR", id: "r", payload: { code: "unavailable" } }]);
  scene.failRows = false;
  scene.beforeReplay = Promise.reject(new Error("away"));
  expect(await tell({ type: "RESUME", payload: place })).toMatchObject([{ type: "ERROR" }]);
  expect(scene.index.size).toBe(0);
  scene.beforeReplay = Promise.resolve();
  expect(types(await tell({ type: "RESUME", payload: place }))).toEqual(["RESUMED"]);
});

// Fails when the older socket is left open: both tabs would believe that the connection is theirs.
test("of two sockets that resume the same connection the later one has it, the earlier is closed 4409", async () => {
  const scene = new Scene();
  const [row, personId] = [id(), id()];
  scene.readable.set(row, 1);
  const place = await lost(scene, { ids: [row], personId });
  const first = await scene.resume(place, { personId });
  const second = await scene.resume(place, { personId });
  expect(first.socket.closedWith).toBe(4409);
  first.leave(4409);
  await settle();
  expect(scene.rows.size).toBe(1);
  await scene.apply(item({ entityId: row, version: 2 }));
  expect(types(second.socket.take())).toEqual(["INVALIDATE"]);
  const stillOpen = await scene.subscribed({ ids: [row], personId });
  const taken = await scene.resume(places(stillOpen, scene.cursor), { personId });
  expect(stillOpen.socket.closedWith).toBe(4409);
  expect(types(taken.answers)).toEqual(["RESUMED"]);
});

test("a socket that is lost during RESUME leaves the connection to the next one", async () => {
  const scene = new Scene();
  const [row, personId] = [id(), id()];
  scene.readable.set(row, 1);
  const place = await lost(scene, { ids: [row], personId });
  let go: () => void = () => undefined;
  scene.beforeReplay = new Promise((resolve) => {
    go = resolve;
  });
  const back = await scene.resume(place, { personId });
  back.leave();
  go();
  await settle();
  expect(scene.index.size).toBe(0);
  expect(scene.suspended.at(-1)).toMatchObject({ connectionId: place.connectionId, generation: 2 });
  expect(types((await scene.resume(place, { personId })).answers)).toEqual(["RESUMED"]);
});

// Fails when the session that a closing socket gives up is chosen too early: the one just taken would never expire.
test("a socket that is lost while its connection is being taken over gives that one up", async () => {
  const scene = new Scene();
  const [row, personId] = [id(), id()];
  scene.readable.set(row, 1);
  const place = await lost(scene, { ids: [row], personId });
  let go: () => void = () => undefined;
  scene.beforeTake = new Promise((resolve) => {
    go = resolve;
  });
  const back = await scene.resume(place, { personId });
  back.leave();
  go();
  await settle();
  expect(scene.suspended.at(-1)).toMatchObject({ connectionId: place.connectionId, generation: 2 });
  expect(scene.index.size).toBe(0);
});

// Fails when missed signals are told in their order: the change would be told to somebody who has lost the right to it.
test("what needs a read of rights goes before what was missed of the same row earlier", async () => {
  const scene = new Scene();
  const [row, personId] = [id(), id()];
  scene.readable.set(row, 1);
  const place = await lost(scene, { ids: [row], personId });
  scene.readable.delete(row);
  await scene.apply(
    item({ entityId: row, version: 2 }),
    item({ entityId: row, version: 2, action: 5, recheck: true, restricted: true }),
  );
  const { answers } = await scene.resume(place, { personId });
  expect(types(answers)).toEqual(["RESUMED", "GONE"]);
});

// Fails when the two are joined: only the creation would be judged, and the deletion told to nobody.
test("a row that was deleted and created again privately while a socket was away is told to be deleted", async () => {
  const scene = new Scene();
  const [row, box, personId] = [id(), id(), id()];
  scene.containers.add(box);
  const place = await lost(scene, { within: [box], personId });
  await scene.apply(item({ entityId: row, containerIds: [box], version: 2, action: 3 }));
  await scene.apply(item({ entityId: row, containerIds: [box], version: 3, action: 1, restricted: true }));
  const { answers } = await scene.resume(place, { personId });
  expect(answers).toMatchObject([
    { type: "RESUMED" },
    { type: "INVALIDATE", payload: { changes: [{ entityId: row, action: "DELETE", version: 2 }] } },
  ]);
});

test("a bookmark follows a resume without anything missed", async () => {
  const scene = new Scene();
  scene.connections.startSweeping();
  const [row, personId] = [id(), id()];
  scene.readable.set(row, 1);
  const place = await lost(scene, { ids: [row], personId });
  const back = await scene.resume(place, { personId });
  await scene.clock.advance(1000);
  expect(back.socket.take()).toEqual([bookmark(scene.cursor)]);
});
