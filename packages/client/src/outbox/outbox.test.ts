import { expect, test } from "vitest";
import { initialTimeoutMs } from "../api/adaptive-timeout.ts";
import { testId } from "../testing/ids.ts";
import { createTestClient, organization } from "../testing/test-client.ts";

const project = testId(10);
const task = testId(11);
const other = testId(12);
const nothing = () => {};

/** A started client that observes one task. */
async function setUp() {
  const made = createTestClient();
  const { server, client, clock } = made;
  server.write("task", task, { name: "first", note: "n" }, [organization]);
  const row = client.entity("task", task);
  row.subscribe(nothing);
  client.start();
  await clock.advance(100);
  const sent = () => server.calls.map(({ method, url }) => `${method} ${url.pathname.replace("/api/v1/", "")}`);
  const attention = () => client.outbox.attention().items;
  return { ...made, row, sent, attention };
}

/** Advances the clock; the server sends a bookmark every ten seconds, as it does in operation. */
async function pass({ clock, server }: Awaited<ReturnType<typeof setUp>>, ms: number) {
  for (let passed = 0; passed < ms; passed += 10_000) {
    await clock.advance(10_000);
    server.bookmark();
  }
  await clock.advance(500);
}

function offline({ device }: Awaited<ReturnType<typeof setUp>>) {
  device.online = false;
  device.emit("offline");
}

function online({ device }: Awaited<ReturnType<typeof setUp>>) {
  device.online = true;
  device.emit("online");
}

test("writes made offline are sent in order when the client is online again", async () => {
  const world = await setUp();
  const { client, server, clock } = world;
  offline(world);
  const bodies: unknown[] = [];
  server.onEffect = ({ body }) => bodies.push(body);
  await client.mutations.create("project", { id: project, name: "P" });
  await client.mutations.create("task", { id: other, name: "T", project_id: project });
  await client.mutations.update("task", task, { name: "second" });
  await client.mutations.update("project", project, { name: "P2" });
  await clock.advance(60_000);
  expect(client.outbox.snapshot()).toMatchObject({ size: 4, oldest: expect.any(Number) });
  expect(client.status()).toMatchObject({ state: "offline", outbox: { size: 4 }, stuck: false });
  online(world);
  await clock.advance(1_000);
  expect(bodies).toEqual([
    { id: project, name: "P" },
    { id: other, name: "T", project_id: project },
    { name: "second" },
    { name: "P2" },
  ]);
  expect(client.outbox.snapshot()).toEqual({ entries: [], size: 0 });
  client.stop();
  expect(clock.timers).toBe(0);
});

test("consecutive edits of one row are joined into one write; other writes keep their place", async () => {
  const world = await setUp();
  const { client, server, clock } = world;
  offline(world);
  const first = await client.mutations.update("task", task, { name: "a" });
  const second = await client.mutations.update("task", task, { name: "b", note: "m" });
  expect(second.key).toBe(first.key);
  await client.mutations.create("project", { id: project, name: "P" });
  const third = await client.mutations.update("task", task, { project_id: project });
  expect(third.key).not.toBe(first.key);
  const gone = await client.mutations.create("task", { id: other, name: "short lived" });
  await client.mutations.remove("task", other);
  expect(await gone.confirmed).toBeNull();
  expect(client.outbox.snapshot().entries.map(({ op, changes }) => [op, changes])).toEqual([
    ["update", { name: "b", note: "m" }],
    ["create", { id: project, name: "P" }],
    ["update", { project_id: project }],
  ]);
  online(world);
  await clock.advance(1_000);
  expect(await Promise.all([first.confirmed, second.confirmed])).toMatchObject([{ name: "b" }, { name: "b" }]);
  expect(server.rows.get(`task:${task}`)).toMatchObject({ name: "b", note: "m", project_id: project });
  client.stop();
});

test("a change of another user in another column is merged", async () => {
  const world = await setUp();
  const { client, server, clock, row } = world;
  offline(world);
  const { confirmed } = await client.mutations.update("task", task, { name: "mine" });
  server.write("task", task, { note: "theirs" });
  expect(row.snapshot()).toMatchObject({ data: { name: "mine", note: "n" }, pendingColumns: ["name"] });
  online(world);
  await clock.advance(1_000);
  expect(await confirmed).toMatchObject({ name: "mine", note: "theirs" });
  expect(server.rows.get(`task:${task}`)).toMatchObject({ name: "mine", note: "theirs" });
  client.stop();
});

test("a conflict shows both sides and is resolved column by column", async () => {
  const world = await setUp();
  const { client, server, clock, row, attention } = world;
  offline(world);
  await client.mutations.update("task", task, { name: "mine", note: "my note", extra: 1 });
  server.write("task", task, { name: "theirs", note: "their note" });
  online(world);
  await clock.advance(1_000);
  expect(row.snapshot()).toMatchObject({ data: { name: "theirs", note: "their note" }, sync: "attention" });
  const [item] = attention();
  expect(item).toMatchObject({
    kind: "conflict",
    columns: ["name", "note"],
    mine: { name: "mine", note: "my note", extra: 1 },
    theirs: { name: "theirs" },
    base: { name: "first", note: "n" },
  });
  await client.outbox.resolve(item?.key ?? "", { name: "mine", note: { value: "both notes" } });
  await clock.advance(1_000);
  expect(server.rows.get(`task:${task}`)).toMatchObject({ name: "mine", note: "both notes", extra: 1 });
  expect(attention()).toEqual([]);
  expect(row.snapshot()).toMatchObject({ sync: "synced" });
  client.stop();
});

test("a rejected create blocks only the writes that refer to it, and a retry sends them", async () => {
  const world = await setUp();
  const { client, server, clock, attention } = world;
  server.refuses = ({ body }) => (body?.["name"] === "" ? "check_violation" : undefined);
  offline(world);
  const refused = await client.mutations.create("project", { id: project, name: "" });
  const child = await client.mutations.create("task", { id: other, name: "T", project_id: project });
  await client.mutations.update("task", task, { name: "second" });
  online(world);
  await clock.advance(1_000);
  expect(server.rows.get(`task:${task}`)).toMatchObject({ name: "second" });
  expect(attention()).toMatchObject([
    { key: refused.key, kind: "rejected", reason: { code: "check_violation" }, dependants: [{ key: child.key }] },
  ]);
  expect(client.outbox.snapshot().entries).toMatchObject([{ key: child.key, heldBy: refused.key }]);
  await pass(world, 120_000);
  expect(client.status()).toMatchObject({ attention: 1, stuck: false }); // it waits for a decision, not for the network
  await client.outbox.retry(refused.key, { name: "P" });
  await clock.advance(1_000);
  expect(server.rows.get(`project:${project}`)).toMatchObject({ name: "P" });
  expect(server.rows.get(`task:${other}`)).toMatchObject({ project_id: project });
  client.stop();
});

test("discarding a create discards the writes that refer to it", async () => {
  const world = await setUp();
  const { client, server, clock, attention } = world;
  server.refuses = ({ entityCode }) => (entityCode === "project" ? "check_violation" : undefined);
  const refused = await client.mutations.create("project", { id: project, name: "x" });
  const child = await client.mutations.create("task", { id: other, name: "T", project_id: project });
  await clock.advance(1_000);
  await client.outbox.discard(refused.key);
  await expect(child.confirmed).rejects.toMatchObject({ code: "discarded" });
  await clock.advance(1_000);
  expect(attention()).toEqual([]);
  expect(client.outbox.snapshot().size).toBe(0);
  expect(server.rows.has(`task:${other}`)).toBe(false);
  client.stop();
});

test("an edit of a row that another user deleted comes into the attention list, and a retry creates the row again", async () => {
  const world = await setUp();
  const { client, server, clock, row, attention } = world;
  offline(world);
  await client.mutations.update("task", task, { name: "mine" });
  server.remove("task", task);
  online(world);
  await clock.advance(1_000);
  expect(row.snapshot()).toMatchObject({ status: "gone", sync: "attention" });
  expect(attention()).toMatchObject([{ kind: "gone", mine: { name: "mine", note: "n" } }]);
  await client.outbox.retry(attention()[0]?.key ?? "");
  await clock.advance(1_000);
  expect(server.rows.get(`task:${task}`)).toMatchObject({ name: "mine", note: "n" });
  expect(row.snapshot()).toMatchObject({ status: "ready", data: { name: "mine" }, sync: "synced" });
  client.stop();
});

test("when access to a row is revoked, its content is forgotten and the user's own changes stay", async () => {
  const world = await setUp();
  const { client, server, clock, attention, sent } = world;
  server.autoAnswer = false;
  await client.mutations.update("task", task, { name: "mine" });
  await clock.advance(10);
  expect(sent()).toEqual([`PATCH task/${task}`]);
  server.revoke("task", task);
  await clock.advance(10);
  server.autoAnswer = true;
  server.calls[0]?.answer();
  await clock.advance(1_000);
  expect(attention()).toMatchObject([{ kind: "gone", mine: { name: "mine" } }]);
  expect(JSON.stringify(await client.store.readOperations())).not.toContain("first");
  expect([...(await client.store.read([`task:${task}`])).values()]).toMatchObject([{ base: null, gone: true }]);
  client.stop();
});

// Fails when the count comes from a snapshot: signing out would then delete an edit of a moment ago without asking.
test("the number of unsent writes includes writes that were requested a moment ago", async () => {
  const world = await setUp();
  const { client } = world;
  offline(world);
  expect(await client.outbox.unsent()).toBe(0);
  void client.mutations.update("task", task, { name: "mine" });
  expect(client.outbox.snapshot().size).toBe(0);
  expect(await client.outbox.unsent()).toBe(1);
  client.stop();
});

// Fails when writes have the timeout of other requests: a connection that died silently then blocks the queue for 30 s.
test("a write without an answer times out within seconds and is sent again with the same key", async () => {
  const world = await setUp();
  const { client, server, clock, sent } = world;
  server.autoAnswer = false;
  await client.mutations.update("task", task, { name: "mine" });
  await clock.advance(0);
  expect(sent()).toEqual([`PATCH task/${task}`]);
  await clock.advance(initialTimeoutMs + 750);
  expect(sent()).toEqual([`PATCH task/${task}`, `PATCH task/${task}`]);
  server.autoAnswer = true;
  for (const call of [...server.calls]) call.answer();
  await clock.advance(1_000);
  expect(client.outbox.snapshot().size).toBe(0);
  expect(server.rows.get(`task:${task}`)).toMatchObject({ name: "mine" });
  client.stop();
});

test("Retry-After is respected even when the connection comes back", async () => {
  const world = await setUp();
  const { client, server, clock, sent } = world;
  server.autoAnswer = false;
  await client.mutations.update("task", task, { name: "x" });
  await clock.advance(0);
  server.calls[0]?.fail(429, "rate_limited", { "retry-after": "20" });
  await clock.advance(0);
  server.drop();
  await clock.advance(15_000); // connected again meanwhile
  expect(sent().filter((call) => call.startsWith("PATCH"))).toEqual([]);
  await clock.advance(5_500);
  expect(sent().filter((call) => call.startsWith("PATCH"))).toHaveLength(1);
  client.stop();
});

test("a write that fails with 500 is postponed; other writes are sent", async () => {
  const world = await setUp();
  const { client, server, clock } = world;
  server.autoAnswer = false;
  await client.mutations.create("project", { id: project, name: "breaks" });
  await client.mutations.update("task", task, { name: "goes on" });
  await clock.advance(0);
  server.calls[0]?.fail(500, "internal");
  await clock.advance(0);
  server.calls[0]?.answer();
  await clock.advance(0);
  expect(server.rows.get(`task:${task}`)).toMatchObject({ name: "goes on" });
  expect(client.outbox.snapshot().entries).toMatchObject([
    { entityId: project, attempts: 1, lastError: { code: "internal" } },
  ]);
  server.autoAnswer = true;
  await clock.advance(10_000);
  expect(server.rows.has(`project:${project}`)).toBe(true);
  client.stop();
});

test("after a 401 all writes wait for another token", async () => {
  const world = await setUp();
  const { client, server, clock, sent } = world;
  server.autoAnswer = false;
  await client.mutations.update("task", task, { name: "x" });
  await clock.advance(0);
  server.calls[0]?.fail(401, "token_expired");
  await clock.advance(600_000);
  expect(sent()).toEqual([]);
  client.tokenChanged();
  await clock.advance(0);
  expect(sent()).toEqual([`PATCH task/${task}`]);
  client.stop();
});

test("the status says stuck while a write gets no answer", async () => {
  const world = await setUp();
  const { client, server } = world;
  server.autoAnswer = false;
  await client.mutations.update("task", task, { name: "x" });
  await pass(world, 60_000);
  expect(client.status()).toMatchObject({ stuck: true, outbox: { size: 1 } });
  server.autoAnswer = true;
  for (const call of [...server.calls]) call.answer();
  await pass(world, 10_000);
  expect(client.status()).toMatchObject({ stuck: false, outbox: { size: 0 } });
  client.stop();
});
