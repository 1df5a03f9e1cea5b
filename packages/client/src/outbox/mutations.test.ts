import { entityKey } from "@heliograph/shared/entity-key";
import { expect, test } from "vitest";
import { ConflictError } from "../api/api-error.ts";
import { testId } from "../testing/ids.ts";
import { createTestClient } from "../testing/test-client.ts";

const id = testId(1);
const key = entityKey("task", id);
const nothing = () => {};

function started(options?: Parameters<typeof createTestClient>[0]) {
  const made = createTestClient(options);
  made.client.start();
  return made;
}

async function held(client: ReturnType<typeof createTestClient>["client"]) {
  return (await client.store.read([key])).get(key);
}

test("a create is stored and shown before it is sent, and then confirmed by the server", async () => {
  const { client, server, clock } = started();
  const task = client.entity("task", id);
  task.subscribe(nothing);
  await clock.advance(10);
  server.autoAnswer = false;
  const { confirmed, ...written } = await client.mutations.create("task", { id, name: "new" });
  expect(written).toMatchObject({ entityId: id, key: expect.stringMatching(/^[0-9a-f-]{36}$/) });
  expect(await client.store.readOperations()).toMatchObject([
    { key: written.key, op: "create", changes: { name: "new" } },
  ]);
  expect(task.snapshot()).toMatchObject({ status: "ready", data: { id, name: "new" }, sync: "pending" });
  await clock.advance(10);
  const call = server.calls.find(({ method }) => method === "POST");
  expect(call?.headers.get("idempotency-key")).toBe(written.key);
  expect(call?.body).toEqual({ id, name: "new" });
  server.autoAnswer = true;
  call?.answer();
  const doc = await confirmed;
  await clock.advance(100);
  expect(await held(client)).toMatchObject({ ver: doc?.$version, base: { name: "new" } });
  expect(task.snapshot()).toMatchObject({ data: { name: "new" }, sync: "synced", pendingColumns: [] });
  expect(client.outbox.snapshot().size).toBe(0);
  client.stop();
});

test("an update sends the version that it is based on", async () => {
  const { client, server, clock } = createTestClient();
  const version = server.write("task", id, { name: "a" });
  await client.store.putServer([
    { entityCode: "task", entityId: id, ver: version, data: { $id: id, $version: version, name: "a" } },
  ]);
  server.autoAnswer = false;
  client.start();
  await client.mutations.update("task", id, { name: "b" });
  await clock.advance(0);
  expect(server.calls[0]?.headers.get("if-match")).toBe(`"${version}"`);
  server.calls[0]?.answer();
  await clock.advance(0);
  expect(await held(client)).toMatchObject({ base: { name: "b" } });
  client.stop();
});

test("[G4] a write without an answer is repeated with the same key, so that it acts once", async () => {
  const { client, server, clock } = started();
  server.autoAnswer = false;
  const { key: name, confirmed } = await client.mutations.create("task", { id, name: "a" });
  await clock.advance(0);
  server.calls[0]?.read(); // the server receives it, and the answer is lost
  server.calls[0]?.fail();
  await clock.advance(2_000);
  expect(server.calls[0]?.headers.get("idempotency-key")).toBe(name);
  server.calls[0]?.answer();
  expect(await confirmed).toMatchObject({ id });
  expect(server.effects.size).toBe(1);
  client.stop();
  expect(clock.timers).toBe(0);
});

test("a rejected write is not retried: the row is as before, and the write needs a decision", async () => {
  const { client, server, clock } = started();
  server.refuses = () => "check_violation";
  const task = client.entity("task", id);
  task.subscribe(nothing);
  const { confirmed } = await client.mutations.create("task", { id, name: "x" });
  await expect(confirmed).rejects.toMatchObject({ code: "check_violation" });
  await clock.advance(60_000);
  expect(server.effects.size).toBe(0);
  expect(client.outbox.attention().items).toMatchObject([{ kind: "rejected", op: "create", mine: { id, name: "x" } }]);
  expect(task.snapshot()).toMatchObject({ data: undefined, sync: "attention" });
  client.stop();
});

test("a conflict rejects with ConflictError, and the row on the server is shown", async () => {
  const { client, server, clock } = createTestClient();
  const version = server.write("task", id, { name: "first" });
  await client.store.putServer([
    { entityCode: "task", entityId: id, ver: version, data: { $id: id, $version: version, name: "first" } },
  ]);
  server.write("task", id, { name: "theirs" });
  client.start();
  const { confirmed } = await client.mutations.update("task", id, { name: "mine" });
  const error = await confirmed.catch((cause: unknown) => cause);
  expect(error).toBeInstanceOf(ConflictError);
  expect(error).toMatchObject({ current: { name: "theirs" } });
  await clock.advance(0);
  expect(await held(client)).toMatchObject({ base: { name: "theirs" } });
  client.stop();
});

test("a removal is shown at once", async () => {
  const { client, server, clock } = started();
  server.write("task", id, { name: "a" });
  const task = client.entity("task", id);
  task.subscribe(nothing);
  await clock.advance(100);
  server.autoAnswer = false;
  const { confirmed } = await client.mutations.remove("task", id);
  expect(task.snapshot().status).toBe("gone");
  await clock.advance(0);
  server.autoAnswer = true;
  server.calls[0]?.answer();
  expect(await confirmed).toBeNull();
  expect(await held(client)).toMatchObject({ gone: true, base: null });
  client.stop();
});

test("two consecutive edits of one row do not conflict with each other", async () => {
  const { client, server, clock } = createTestClient();
  const version = server.write("task", id, { name: "a" });
  await client.store.putServer([
    { entityCode: "task", entityId: id, ver: version, data: { $id: id, $version: version, name: "a" } },
  ]);
  server.autoAnswer = false;
  client.start();
  await client.mutations.update("task", id, { name: "b" });
  await clock.advance(0);
  await client.mutations.update("task", id, { name: "c" }); // the first one is being sent
  await clock.advance(0);
  expect(server.calls).toHaveLength(1);
  server.calls[0]?.answer();
  await clock.advance(0);
  expect(server.calls[0]?.headers.get("if-match")).toBe(`"${version + 1}"`);
  server.calls[0]?.answer();
  await clock.advance(0);
  expect(await held(client)).toMatchObject({ base: { name: "c" } });
  client.stop();
});
