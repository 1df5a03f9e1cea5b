import { expect, test } from "vitest";
import { ConflictError } from "./api/api-error.ts";
import { entityKey } from "./entity-key.ts";
import { testId } from "./testing/ids.ts";
import { createTestClient } from "./testing/test-client.ts";

const id = testId(1);
const key = entityKey("task", id);

async function held(client: ReturnType<typeof createTestClient>["client"]) {
  return (await client.store.read([key])).get(key);
}

test("an own create is in the store when its promise resolves", async () => {
  const { client } = createTestClient();
  const doc = await client.mutations.create("task", { id, name: "new" });
  expect(doc).toMatchObject({ id, name: "new" });
  expect(await held(client)).toMatchObject({ ver: doc.version, data: { name: "new" } });
  const named = await client.mutations.create("task", { name: "no id given" });
  expect(named.id).toMatch(/^[0-9a-f-]{36}$/);
});

test("an update names the version it is based on", async () => {
  const { client, server, clock } = createTestClient();
  const version = server.write("task", id, { name: "a" });
  await client.store.putServer([{ type: "task", id, ver: version, data: { id, version } }]);
  server.autoAnswer = false;
  const updating = client.mutations.update("task", id, { name: "b" });
  await clock.advance(0);
  expect(server.calls[0]?.headers.get("if-match")).toBe(`"${version}"`);
  server.calls[0]?.answer();
  await updating;
  expect(await held(client)).toMatchObject({ data: { name: "b" } });
});

test("a write without an answer is repeated with the same key, so that it acts once", async () => {
  const { client, server, clock } = createTestClient();
  server.autoAnswer = false;
  const creating = client.mutations.create("task", { id, name: "a" });
  await clock.advance(0);
  const first = server.calls[0]?.headers.get("idempotency-key");
  server.calls[0]?.fail();
  await clock.advance(1_000);
  expect(server.calls[0]?.headers.get("idempotency-key")).toBe(first);
  server.calls[0]?.answer();
  await creating;
  expect(clock.timers).toBe(0);
});

test("a refusal is not repeated", async () => {
  const { client, server, clock } = createTestClient();
  server.autoAnswer = false;
  const creating = client.mutations.create("task", { id }).catch((error: unknown) => error);
  await clock.advance(0);
  server.calls[0]?.fail(422, "check_violation");
  expect(await creating).toMatchObject({ code: "check_violation" });
  await clock.advance(60_000);
  expect(server.calls).toHaveLength(0);
});

test("after a lost race the winner's row is in the store", async () => {
  const current = { id, version: 900, name: "theirs" };
  const { client } = createTestClient({
    fetch: async () => Response.json({ error: { code: "version_conflict", message: "m" }, current }, { status: 409 }),
  });
  await client.store.putServer([{ type: "task", id, ver: 5, data: { id, version: 5, name: "mine" } }]);
  await expect(client.mutations.update("task", id, { name: "x" })).rejects.toBeInstanceOf(ConflictError);
  expect(await held(client)).toMatchObject({ ver: 900, data: { name: "theirs" } });
});

test("an own removal is seen at once", async () => {
  const { client, server } = createTestClient();
  const version = server.write("task", id, { name: "a" });
  await client.store.putServer([{ type: "task", id, ver: version, data: { id, version } }]);
  await client.mutations.remove("task", id);
  expect(await held(client)).toMatchObject({ gone: true, data: null });
});

test("two changes of one row sent at once follow each other instead of being in conflict", async () => {
  const { client, server, clock } = createTestClient();
  const version = server.write("task", id, { name: "a" });
  await client.store.putServer([{ type: "task", id, ver: version, data: { id, version } }]);
  server.autoAnswer = false;
  const both = [
    client.mutations.update("task", id, { name: "b" }),
    client.mutations.update("task", id, { done: true }),
  ];
  await clock.advance(0);
  expect(server.calls).toHaveLength(1);
  server.calls[0]?.answer();
  await clock.advance(0);
  expect(server.calls[0]?.headers.get("if-match")).toBe(`"${version + 1}"`);
  server.calls[0]?.answer();
  await Promise.all(both);
  expect(await held(client)).toMatchObject({ data: { name: "b", done: true } });
});

test("a change behind one that failed keeps the version its writer saw", async () => {
  const { client, server, clock } = createTestClient();
  const version = server.write("task", id, { name: "a" });
  await client.store.putServer([{ type: "task", id, ver: version, data: { id, version } }]);
  server.autoAnswer = false;
  const first = client.mutations.update("task", id, { name: "b" }).catch((error: unknown) => error);
  const second = client.mutations.update("task", id, { done: true });
  await clock.advance(0);
  await client.store.putServer([{ type: "task", id, ver: version + 9, data: { id, version: version + 9 } }]);
  server.calls[0]?.fail(409, "version_conflict");
  expect(await first).toBeInstanceOf(ConflictError);
  await clock.advance(0);
  expect(server.calls[0]?.headers.get("if-match")).toBe(`"${version}"`);
  server.calls[0]?.answer();
  await second;
});
