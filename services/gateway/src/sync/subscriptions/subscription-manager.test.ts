import { settle } from "@heliograph/shared/testing/settle";
import { expect, test } from "vitest";
import { id, item, Scene } from "../testing/scene.ts";

const subscribe = (payload: object) => ({ type: "SUBSCRIBE", id: "q", payload: { entityCode: "task", ...payload } });

test("SUBSCRIBED says what exists, what differs and what is gone", async () => {
  const scene = new Scene();
  const [same, newer, missing] = [id(), id(), id()];
  scene.readable.set(same, 5).set(newer, 7);
  const client = scene.connect();
  const [answer] = await client.tell(subscribe({ entityIds: [same, newer, missing], versions: [5, 6, 1] }));
  expect(answer).toEqual({
    type: "SUBSCRIBED",
    id: "q",
    payload: { entityCode: "task", count: 2, changed: [{ entityId: newer, version: 7 }], gone: [missing] },
  });
  expect(scene.heldRows.map((held) => held.id)).toEqual([same, newer]);
  expect([...scene.rows.values()].filter((row) => row.dormant)).toMatchObject([{ id: missing }]);
});

test("without versions everything readable is reported; ids are canonical and counted once", async () => {
  const scene = new Scene();
  const row = "ABCDEF00-0000-4000-8000-000000000001";
  scene.readable.set(row.toLowerCase(), 5);
  const client = scene.connect();
  const [answer] = await client.tell(subscribe({ entityIds: [row, row.toLowerCase()] }));
  expect(answer?.type === "SUBSCRIBED" && answer.payload).toMatchObject({
    count: 1,
    changed: [{ entityId: row.toLowerCase(), version: 5 }],
  });
  expect(scene.index.size).toBe(1);
});

test("a subscription is registered before its versions are read", async () => {
  const scene = new Scene();
  scene.questions = [];
  const row = id();
  const client = scene.connect();
  await client.tell(subscribe({ entityIds: [row] }));
  expect(scene.index.size).toBe(1);
  expect(scene.questions).toHaveLength(1);
});

// Fails when rows are written before the read: rows outlive their socket, so whoever drops it during the read would find
// himself, after RESUME, holding ids that nobody has checked.
test("a row is written as held only for what was found readable, and before SUBSCRIBED", async () => {
  const scene = new Scene();
  scene.questions = [];
  const [open, secret] = [id(), id()];
  scene.readable.set(open, 1);
  const client = scene.connect();
  await client.tell(subscribe({ entityIds: [open, secret] }));
  expect(scene.rows.size).toBe(0);
  scene.questions[0]?.answer();
  await settle();
  expect(scene.heldRows.map((held) => held.id)).toEqual([open]);
  const thief = scene.connect();
  await thief.tell(subscribe({ entityIds: [secret] }));
  thief.leave();
  scene.questions[1]?.answer();
  await settle();
  expect(scene.heldRows).toHaveLength(1);
});

// Fails when a hit on a pending id is dropped: the change committed after the versions were read, so nothing else would
// ever tell it. Fails, too, when it is sent before SUBSCRIBED, to somebody who may turn out to have no right to it.
test("a change that hits while the versions are read is told after SUBSCRIBED", async () => {
  const scene = new Scene();
  scene.questions = [];
  const row = id();
  scene.readable.set(row, 5);
  const client = scene.connect();
  await client.tell(subscribe({ entityIds: [row] }));
  await scene.apply(item({ entityId: row, version: 6 }));
  expect(client.socket.take()).toEqual([]);
  scene.questions[0]?.answer();
  await settle();
  expect(client.socket.take().map(({ type }) => type)).toEqual(["SUBSCRIBED", "INVALIDATE"]);
});

// Fails when kept hits are sent whatever happened: the user would learn when rows change that he may not read.
test("a kept change is dropped when the subscription is refused, or when the version read was as new", async () => {
  const scene = new Scene();
  scene.questions = [];
  const [secret, known] = [id(), id()];
  scene.readable.set(known, 6);
  const client = scene.connect();
  await client.tell(subscribe({ entityIds: [secret, known] }));
  await scene.apply(item({ entityId: secret, version: 6 }), item({ entityId: known, version: 6 }));
  scene.questions[0]?.answer();
  await settle();
  expect(client.socket.take().map(({ type }) => type)).toEqual(["SUBSCRIBED"]);
  await scene.apply(item({ entityId: secret, version: 9 }));
  expect(client.socket.take()).toEqual([]);
  expect(scene.index.size).toBe(1);
});

test("a change that SUBSCRIBED has reported is not told again when it arrives late, its successor is", async () => {
  const scene = new Scene();
  const row = id();
  scene.readable.set(row, 6);
  const client = await scene.subscribed({ ids: [row] });
  await scene.apply(item({ entityId: row, version: 6 }));
  expect(client.socket.take()).toEqual([]);
  await scene.apply(item({ entityId: row, version: 7 }));
  expect(client.socket.take()).toHaveLength(1);
});

test("what is refused on a second SUBSCRIBE is dormant, with its row", async () => {
  const scene = new Scene();
  const row = id();
  scene.readable.set(row, 1);
  const client = await scene.subscribed({ ids: [row] });
  scene.readable.delete(row);
  const [answer] = await client.tell(subscribe({ entityIds: [row] }));
  expect(answer).toMatchObject({ payload: { count: 0, gone: [row] } });
  expect(scene.heldRows).toEqual([]);
  expect(scene.index.size).toBe(0);
});

test("an unreadable container counts as gone and is not held", async () => {
  const scene = new Scene();
  const [open, closed, row] = [id(), id(), id()];
  scene.containers.add(open);
  const client = scene.connect();
  const [answer] = await client.tell(subscribe({ within: [open, closed] }));
  expect(answer).toMatchObject({ payload: { count: 1, gone: [closed] } });
  await scene.apply(item({ entityId: row, containerIds: [closed] }));
  expect(client.socket.take()).toEqual([]);
  await scene.apply(item({ entityId: row, containerIds: [open] }));
  expect(client.socket.take()).toHaveLength(1);
});

test("UNSUBSCRIBE ends ids, containers or the whole type, with their rows", async () => {
  const scene = new Scene();
  const [a, b, box] = [id(), id(), id()];
  scene.readable.set(a, 1).set(b, 1);
  scene.containers.add(box);
  const client = await scene.subscribed({ ids: [a, b], within: [box] });
  const unsubscribe = (payload: object) => ({ type: "UNSUBSCRIBE", payload: { entityCode: "task", ...payload } });
  expect(await client.tell(unsubscribe({ entityIds: [a, id()] }))).toMatchObject([{ payload: { count: 1 } }]);
  expect(await client.tell(unsubscribe({ within: [box] }))).toMatchObject([{ payload: { count: 1 } }]);
  expect([...scene.rows.values()].map((held) => held.id)).toEqual([b]);
  expect(await client.tell(unsubscribe({}))).toMatchObject([{ payload: { entityCode: "task", count: 1 } }]);
  expect(scene.rows.size).toBe(0);
  await scene.apply(item({ entityId: b, version: 9, containerIds: [box] }));
  expect(client.socket.take()).toEqual([]);
});

test("UNSUBSCRIBE_ALL ends everything and says how much", async () => {
  const scene = new Scene();
  const row = id();
  scene.readable.set(row, 1);
  const client = await scene.subscribed({ ids: [row] });
  expect(await client.tell({ type: "UNSUBSCRIBE_ALL", id: "u" })).toEqual([
    { type: "UNSUBSCRIBED", id: "u", payload: { count: 1 } },
  ]);
  expect(scene.rows.size + scene.index.size).toBe(0);
});

test("messages are handled strictly one after another", async () => {
  const scene = new Scene();
  scene.questions = [];
  const row = id();
  scene.readable.set(row, 1);
  const client = scene.connect();
  client.socket.take();
  client.say(subscribe({ entityIds: [row] }));
  client.say({ type: "UNSUBSCRIBE_ALL" });
  client.say({ type: "PING" });
  await settle();
  expect(client.socket.take()).toEqual([]);
  scene.questions[0]?.answer();
  await settle();
  expect(client.socket.take().map(({ type }) => type)).toEqual(["SUBSCRIBED", "UNSUBSCRIBED", "PONG"]);
  expect(scene.rows.size + scene.index.size).toBe(0);
});

test("beyond the limit nothing of the message takes effect; what is held already does not count twice", async () => {
  const scene = new Scene({ maxSubscriptions: 3 });
  const rows = [id(), id(), id(), id()];
  for (const row of rows) scene.readable.set(row, 1);
  const client = await scene.subscribed({ ids: rows.slice(0, 2) });
  const [refused] = await client.tell(subscribe({ entityIds: rows.slice(2) }));
  expect(refused).toMatchObject({ type: "ERROR", id: "q", payload: { code: "too_many_subscriptions" } });
  expect(scene.rows.size).toBe(2);
  expect(scene.index.size).toBe(2);
  const [again] = await client.tell(subscribe({ entityIds: rows.slice(0, 3) }));
  expect(again).toMatchObject({ type: "SUBSCRIBED", payload: { count: 3 } });
});

test("a database that is away undoes the registration and keeps the socket", async () => {
  const scene = new Scene();
  const row = id();
  scene.readable.set(row, 1);
  const client = scene.connect();
  scene.failRows = true;
  const [failed] = await client.tell(subscribe({ entityIds: [row] }));
  expect(failed).toMatchObject({ type: "ERROR", payload: { code: "unavailable" } });
  expect(scene.index.size).toBe(0);
  expect(client.connection.open).toBe(true);
  scene.failRows = false;
  const [answer] = await client.tell(subscribe({ entityIds: [row] }));
  expect(answer).toMatchObject({ type: "SUBSCRIBED", payload: { count: 1 } });
});

test("while versions cannot be read nothing is subscribed and nothing written", async () => {
  const scene = new Scene();
  scene.questions = [];
  const client = scene.connect();
  await client.tell(subscribe({ entityIds: [id()] }));
  scene.questions[0]?.fail();
  await settle();
  expect(client.socket.take()).toMatchObject([{ type: "ERROR", payload: { code: "unavailable" } }]);
  expect(scene.rows.size + scene.index.size).toBe(0);
});

test("rows that could not be removed are removed later, but not those that were subscribed again", async () => {
  const scene = new Scene();
  const [a, b] = [id(), id()];
  scene.readable.set(a, 1).set(b, 1);
  const client = await scene.subscribed({ ids: [a, b] });
  scene.failRows = true;
  const [ended] = await client.tell({ type: "UNSUBSCRIBE_ALL" });
  expect(ended).toMatchObject({ type: "UNSUBSCRIBED", payload: { count: 2 } });
  expect(scene.rows.size).toBe(2);
  scene.failRows = false;
  await client.tell(subscribe({ entityIds: [a] }));
  await scene.clock.advance(5000);
  expect([...scene.rows.values()].map((held) => held.id)).toEqual([a]);
});

test("a socket whose session belongs to another one by now is closed at its next write or removal", async () => {
  const scene = new Scene();
  const row = id();
  scene.readable.set(row, 1);
  const clients = [await scene.subscribed({ ids: [row] }), await scene.subscribed({ ids: [row] })];
  scene.sessionLost = true;
  await clients[0]?.tell(subscribe({ entityIds: [row] }));
  await clients[1]?.tell({ type: "UNSUBSCRIBE_ALL" });
  expect(clients.map(({ socket }) => socket.closedWith)).toEqual([4409, 4409]);
});

test("a socket that closes while it subscribes leaves nothing in memory, and its session expires after its rows", async () => {
  const scene = new Scene();
  scene.questions = [];
  const client = scene.connect();
  await client.tell(subscribe({ entityIds: [id()], within: [id()] }));
  client.leave();
  expect(scene.index.size).toBe(0);
  await settle();
  expect(scene.suspended).toEqual([]);
  scene.questions[0]?.answer();
  await settle();
  expect(scene.suspended).toHaveLength(1);
  expect(scene.ended).toEqual([]);
  expect(scene.index.size).toBe(0);
  expect(client.socket.take()).toEqual([]);
});

test("two sockets of one user are independent", async () => {
  const scene = new Scene();
  const [row, personId] = [id(), id()];
  scene.readable.set(row, 1);
  const one = await scene.subscribed({ ids: [row], personId });
  const two = await scene.subscribed({ ids: [row], personId });
  one.leave();
  await scene.apply(item({ entityId: row, version: 2 }));
  expect(two.socket.take()).toHaveLength(1);
  expect(one.socket.take()).toEqual([]);
});

test("an unknown entity is an error, also in UNSUBSCRIBE", async () => {
  const scene = new Scene();
  const client = scene.connect();
  for (const type of ["SUBSCRIBE", "UNSUBSCRIBE"]) {
    const [answer] = await client.tell({ type, id: "n", payload: { entityCode: "nonsense", entityIds: [id()] } });
    expect(answer).toMatchObject({ type: "ERROR", id: "n", payload: { code: "unknown_entity" } });
  }
});

// Fails when SUBSCRIBED goes by its own read alone: the client would believe to hold what nobody tells it about.
test("what is withdrawn while it is subscribed a second time is reported as gone", async () => {
  const scene = new Scene();
  const row = id();
  scene.readable.set(row, 1);
  const client = await scene.subscribed({ ids: [row] });
  scene.questions = [];
  await client.tell(subscribe({ entityIds: [row] }));
  await scene.apply(item({ entityId: row, version: 2, recheck: true }));
  scene.questions[1]?.answer({ versions: new Map(), containers: new Map() });
  await settle();
  scene.questions[0]?.answer();
  await settle();
  const frames = client.socket.take();
  expect(frames.find(({ type }) => type === "SUBSCRIBED")).toMatchObject({
    payload: { count: 0, changed: [], gone: [row] },
  });
  expect(scene.heldRows.length + scene.index.size).toBe(0);
});

// Fails when a queued removal does not look again: the row of a subscription that stands would be deleted.
test("rows of a withdrawn subscription stay if it was made again before they were removed", async () => {
  const scene = new Scene();
  const [row, other] = [id(), id()];
  scene.readable.set(row, 1).set(other, 1);
  const client = await scene.subscribed({ ids: [row] });
  scene.questions = [];
  client.say(subscribe({ entityIds: [other] }));
  client.say(subscribe({ entityIds: [row] }));
  await settle();
  await scene.apply(item({ entityId: row, version: 2, recheck: true }));
  scene.questions[1]?.answer({ versions: new Map(), containers: new Map() });
  await settle();
  scene.questions[0]?.answer();
  await settle();
  scene.questions[2]?.answer();
  await settle();
  expect(new Set([...scene.rows.values()].map((held) => held.id))).toEqual(new Set([row, other]));
  expect(scene.index.size).toBe(2);
});

// Fails when rows held through a container count as subscribed (rows and memory for each), or are not compared at all.
test("covered rows are compared, and neither held nor written", async () => {
  const scene = new Scene();
  const [same, newer, missing, box] = [id(), id(), id(), id()];
  scene.readable.set(same, 5).set(newer, 7);
  scene.containers.add(box);
  const client = scene.connect();
  const covered = [same, newer, missing];
  const [answer] = await client.tell(subscribe({ within: [box], covered, coveredVersions: [5, 6, 1] }));
  expect(answer).toMatchObject({
    payload: { count: 1, changed: [{ entityId: newer, version: 7 }], gone: [missing] },
  });
  expect(scene.index.size + scene.sleepers.size).toBe(1);
  expect(scene.rows.size).toBe(1);
  expect(await client.tell(subscribe({ covered, coveredVersions: [5] }))).toMatchObject([{ type: "ERROR" }]);
  expect(await client.tell(subscribe({ covered }))).toMatchObject([{ type: "ERROR" }]);
});

// Fails when a device that asks about everything it has left fills its subscriptions with rows that nobody looks at.
test("covered rows of a type without any container are compared, and nothing is held of them", async () => {
  for (const ownPolicy of [false, true]) {
    const scene = new Scene();
    if (ownPolicy) scene.ownPolicies.add("task");
    const [kept, lost] = [id(), id()];
    scene.readable.set(kept, 5);
    const client = scene.connect();
    const [answer] = await client.tell(subscribe({ covered: [kept, lost], coveredVersions: [5, 5] }));
    expect(answer).toMatchObject({ payload: { count: 0, changed: [], gone: [lost] } });
    expect([client.connection.holdings.count, scene.index.size, scene.rows.size]).toEqual([0, 0, 0]);
  }
});

test("of a table with policies of its own, covered rows are known to the client, whose loss is told", async () => {
  const scene = new Scene();
  scene.ownPolicies.add("task");
  const [mine, secret, box] = [id(), id(), id()];
  scene.readable.set(mine, 5);
  scene.containers.add(box);
  const client = scene.connect();
  await client.tell(subscribe({ within: [box], covered: [mine, secret], coveredVersions: [5, 5] }));
  client.socket.take();
  scene.readable.clear();
  await scene.apply(
    ...[mine, secret].map((entityId) => item({ entityId, containerIds: [box], restricted: true, recheck: true })),
  );
  expect(client.socket.take()).toEqual([{ type: "GONE", payload: { entityCode: "task", entityIds: [mine] } }]);
});
