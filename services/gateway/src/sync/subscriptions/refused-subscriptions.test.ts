import type { DownMessage } from "@heliograph/protocol";
import { settle } from "@heliograph/shared/testing/settle";
import { expect, test } from "vitest";
import { id, item, Scene } from "../testing/scene.ts";

const types = (frames: readonly DownMessage[]): string[] => frames.map(({ type }) => type);
const subscribe = (payload: object) => ({ type: "SUBSCRIBE", payload: { entityCode: "task", ...payload } });
const told = (entityId: string, version: number, entityCode = "task") => ({
  type: "INVALIDATE",
  payload: { entityCode, changes: [{ entityId, action: "CREATE", version }] },
});

// Fails when a refusal ends the registration: the client would hear of the row when it asks again, seconds later.
test("a refused row is told when it is created, granted, or made public", async () => {
  const scene = new Scene();
  for (const wakes of [
    { action: 1 },
    { action: 4, restricted: true, recheck: true },
    { action: 2, restricted: true, recheck: true },
    { action: 2, createdVersion: 3 },
  ] as const) {
    const row = id();
    const client = await scene.subscribed({ ids: [row] });
    client.socket.take();
    scene.readable.set(row, 7);
    await scene.apply(item({ entityId: row, version: 999, ...wakes }));
    expect(client.socket.take()).toMatchObject([told(row, 7)]);
    await scene.apply(item({ entityId: row, version: 1000 }));
    expect(client.socket.take()).toMatchObject([{ payload: { changes: [{ action: "UPDATE", version: 1000 }] } }]);
    expect(scene.heldRows.filter((held) => held.id === row)).toHaveLength(1);
  }
  expect(scene.woken).toBe(4);
});

// Fails when anything but a read under the user's rights decides: that a row exists would be told to who may not read it.
test("a dormant subscription delivers nothing, and is the same for rows that exist and rows that do not", async () => {
  const scene = new Scene();
  const [secret, missing] = [id(), id()];
  const client = await scene.subscribed({ ids: [secret, missing] });
  client.socket.take();
  const before = scene.reads;
  await scene.apply(
    item({ entityId: secret, restricted: true, version: 2 }),
    item({ entityId: secret, action: 3, restricted: true, version: 3 }),
  );
  expect(scene.reads).toBe(before);
  await scene.apply(
    item({ entityId: secret, action: 1, restricted: true, version: 4 }),
    item({ entityId: secret, action: 5, restricted: true, recheck: true }),
  );
  expect(client.socket.take()).toEqual([]);
  expect(client.connection.dormant.list()).toHaveLength(2);
  expect(scene.index.size).toBe(0);
  const ended = await client.tell({ type: "UNSUBSCRIBE", payload: { entityCode: "task", entityIds: [secret] } });
  expect(ended).toMatchObject([{ payload: { count: 0 } }]);
  expect(await client.tell({ type: "UNSUBSCRIBE", payload: { entityCode: "task", entityIds: [missing] } })).toEqual(
    ended,
  );
  expect(scene.sleepers.size + scene.rows.size).toBe(0);
});

test("what was withdrawn comes back when it is granted again", async () => {
  const scene = new Scene();
  const row = id();
  scene.readable.set(row, 1);
  const client = await scene.subscribed({ ids: [row] });
  client.socket.take();
  scene.readable.delete(row);
  await scene.apply(item({ entityId: row, restricted: true, recheck: true, action: 5 }));
  expect(types(client.socket.take())).toEqual(["GONE"]);
  expect([...scene.rows.values()]).toMatchObject([{ id: row, dormant: true }]);
  scene.readable.set(row, 1);
  await scene.apply(item({ entityId: row, restricted: true, recheck: true, action: 4 }));
  expect(client.socket.take()).toMatchObject([told(row, 1)]);
  expect(scene.heldRows).toHaveLength(1);
});

test("a membership that returns brings back rows, and the rows are read once for all sockets of the person", async () => {
  const scene = new Scene();
  const [row, personId] = [id(), id()];
  const one = await scene.subscribed({ ids: [row], personId });
  const two = await scene.subscribed({ ids: [row], personId });
  one.socket.take();
  two.socket.take();
  const before = scene.reads;
  scene.readable.set(row, 3);
  await scene.apply(item({ entityCode: "person", entityId: personId, action: 4, restricted: true, recheck: true }));
  for (const client of [one, two]) expect(client.socket.take()).toMatchObject([told(row, 3)]);
  expect(scene.reads - before).toBe(1);
});

test("a container that becomes readable is told by its own row, and holds from then on", async () => {
  const scene = new Scene();
  const [box, row] = [id(), id()];
  const client = await scene.subscribed({ within: [box] });
  client.socket.take();
  await scene.apply(item({ entityId: row, containerIds: [box] }));
  expect(client.socket.take()).toEqual([]);
  scene.containers.add(box);
  await scene.apply(item({ entityCode: "project", entityId: box, restricted: true, recheck: true }));
  expect(client.socket.take()).toMatchObject([told(box, 1, "project")]);
  await scene.apply(item({ entityId: row, containerIds: [box] }));
  expect(client.socket.take()).toHaveLength(1);
});

// Fails when only what is dormant already is watched: the grant lies between the read and SUBSCRIBED.
test("a row that becomes readable while its SUBSCRIBE is being refused is told after it", async () => {
  for (const kind of ["id", "within"] as const) {
    const scene = new Scene();
    scene.questions = [];
    const target = id();
    const client = scene.connect();
    await client.tell(subscribe(kind === "id" ? { entityIds: [target] } : { within: [target] }));
    await scene.apply(
      item({
        entityCode: kind === "id" ? "task" : "project",
        entityId: target,
        action: 4,
        restricted: true,
        recheck: true,
      }),
    );
    for (const question of scene.questions.splice(0)) question.answer();
    await settle();
    scene.readable.set(target, 5);
    scene.containers.add(target);
    for (const question of scene.questions.splice(0)) question.answer();
    await settle();
    expect(types(client.socket.take()), kind).toEqual(["SUBSCRIBED", "INVALIDATE"]);
  }
});

// Fails when a change that comes during the read is dropped because the row is still dormant by then.
test("a change during the read that wakes a row is told after it", async () => {
  const scene = new Scene();
  const row = id();
  const client = await scene.subscribed({ ids: [row] });
  client.socket.take();
  scene.questions = [];
  await scene.apply(item({ entityId: row, action: 4, restricted: true, recheck: true }));
  await scene.apply(item({ entityId: row, restricted: true, version: 6 }));
  scene.readable.set(row, 5);
  scene.questions[0]?.answer();
  await settle();
  expect(client.socket.take()).toMatchObject([
    { payload: { changes: [{ version: 5 }] } },
    { payload: { changes: [{ version: 6 }] } },
  ]);
});

test("the same where RESUME is what has it read", async () => {
  const scene = new Scene();
  const [row, personId] = [id(), id()];
  const first = await scene.subscribed({ ids: [row], personId });
  const place = { connectionId: first.connection.id, cursor: scene.cursor };
  first.leave();
  await settle();
  scene.questions = [];
  const { socket } = await scene.resume(place, { personId });
  await scene.apply(item({ entityId: row, restricted: true, version: 6 }));
  scene.readable.set(row, 5);
  scene.questions[0]?.answer();
  await settle();
  expect(socket.take()).toMatchObject([
    { payload: { changes: [{ version: 5 }] } },
    { payload: { changes: [{ version: 6 }] } },
  ]);
});

test("no bookmark while a dormant row is being read, and a failed read is repeated", async () => {
  const scene = new Scene();
  const row = id();
  const client = await scene.subscribed({ ids: [row] });
  client.socket.take();
  scene.questions = [];
  await scene.apply(item({ entityId: row, action: 1 }));
  scene.connections.startSweeping();
  await scene.clock.advance(11_000);
  expect(types(client.socket.take())).toEqual([]);
  scene.questions[0]?.fail();
  await settle();
  await scene.clock.advance(3000);
  scene.readable.set(row, 2);
  scene.questions[1]?.answer();
  await scene.clock.advance(1000);
  expect(types(client.socket.take())).toEqual(["INVALIDATE", "BOOKMARK"]);
});

// Fails when dormant rows are resumed as held (they would be told without a read), or not at all.
test("it survives RESUME: read again there, told only if readable, and watched on", async () => {
  const scene = new Scene();
  const [granted, secret, box, personId] = [id(), id(), id(), id()];
  const first = await scene.subscribed({ ids: [granted, secret], within: [box], personId });
  const place = { connectionId: first.connection.id, cursor: scene.cursor };
  first.leave();
  await settle();
  scene.readable.set(granted, 4);
  await scene.apply(
    item({ entityId: granted, action: 4, restricted: true, recheck: true }),
    item({ entityId: secret, version: 9, restricted: true }),
  );
  const { answers, socket } = await scene.resume(place, { personId });
  expect(answers).toMatchObject([
    { type: "RESUMED", payload: { count: 0, cursor: place.cursor } },
    { type: "GONE", payload: { entityCode: "task", entityIds: [granted, secret, box] } },
    told(granted, 4),
  ]);
  scene.readable.set(secret, 10);
  scene.containers.add(box);
  await scene.apply(
    item({ entityId: secret, action: 4, restricted: true, recheck: true }),
    item({ entityCode: "project", entityId: box, restricted: true, recheck: true }),
  );
  expect(JSON.stringify(socket.take())).toContain(secret);
  expect(scene.heldRows).toHaveLength(3);
});

// Fails when only what is held is told of on RESUME: the GONE went to a socket whose other end was cut off without a word.
test("what was withdrawn on a dead link is told on the next socket", async () => {
  const scene = new Scene();
  const [row, personId] = [id(), id()];
  scene.readable.set(row, 1);
  const first = await scene.subscribed({ ids: [row], personId });
  const place = { connectionId: first.connection.id, cursor: scene.cursor };
  scene.readable.delete(row);
  await scene.apply(item({ entityId: row, version: 2, restricted: true, recheck: true }));
  expect(types(first.socket.take())).toEqual(["GONE"]);
  const { answers } = await scene.resume(place, { personId });
  expect(answers).toMatchObject([
    { type: "RESUMED", payload: { count: 0 } },
    { type: "GONE", payload: { entityCode: "task", entityIds: [row] } },
  ]);
});

// Fails when what is held by now vouches for all that was missed: it was refused as long as the first row was there.
test("a row that woke what was refused does not vouch for the hidden one that bore its id before", async () => {
  const scene = new Scene();
  const [row, personId] = [id(), id()];
  const client = await scene.subscribed({ ids: [row], personId });
  const place = { connectionId: client.connection.id, cursor: scene.cursor };
  await scene.apply(item({ entityId: row, action: 3, version: 2, restricted: true }));
  scene.readable.set(row, 3);
  await scene.apply(item({ entityId: row, action: 1, version: 3 }));
  expect(client.connection.holdings.list()).toHaveLength(1);
  client.leave();
  await settle();
  const { answers } = await scene.resume(place, { personId });
  expect(JSON.stringify(answers)).not.toContain("DELETE");
  expect(answers).toMatchObject([{ type: "RESUMED" }, told(row, 3)]);
});

// Fails when all rows of the read count as told, and not only the one that was: the signal of another would be dropped.
test("waking one row hides no change of another that was read with it", async () => {
  const scene = new Scene();
  const [held, refused, personId] = [id(), id(), id()];
  scene.readable.set(held, 1);
  const client = await scene.subscribed({ ids: [held, refused], personId });
  client.socket.take();
  // Both changes are there when the rights are read, and only one of them is known by then.
  scene.readable.set(held, 2).set(refused, 5);
  await scene.apply(item({ entityCode: "person", entityId: personId, action: 4, restricted: true, recheck: true }));
  expect(client.socket.take()).toMatchObject([told(refused, 5)]);
  await scene.apply(item({ entityId: held, version: 2 }));
  expect(client.socket.take()).toMatchObject([{ payload: { changes: [{ entityId: held, version: 2 }] } }]);
});

test("refused and held together stay within the limit; what was refused gives way", async () => {
  const scene = new Scene({ maxSubscriptions: 10 });
  const client = await scene.subscribed({ ids: Array.from({ length: 8 }, id) });
  const held = Array.from({ length: 6 }, id);
  for (const one of held) scene.readable.set(one, 1);
  await client.tell(subscribe({ entityIds: held }));
  expect(client.connection.holdings.count).toBe(6);
  expect(client.connection.dormant.count).toBe(4);
  expect([scene.index.size, scene.sleepers.size, scene.rows.size]).toEqual([6, 4, 10]);
  expect(await client.tell(subscribe({ entityIds: Array.from({ length: 5 }, id) }))).toMatchObject([
    { payload: { code: "too_many_subscriptions" } },
  ]);
  client.leave();
  expect(scene.index.size + scene.sleepers.size).toBe(0);
});

test("a row lost on a second SUBSCRIBE is read once more: that read may have been the older one", async () => {
  const scene = new Scene();
  const row = id();
  scene.readable.set(row, 1);
  const client = await scene.subscribed({ ids: [row] });
  scene.questions = [];
  await client.tell(subscribe({ entityIds: [row] }));
  scene.questions.splice(0)[0]?.answer({ versions: new Map(), containers: new Map() });
  await settle();
  scene.questions.splice(0)[0]?.answer();
  await settle();
  expect(types(client.socket.take())).toEqual(["SUBSCRIBED", "INVALIDATE"]);
  expect(client.connection.holdings.count).toBe(1);
});
