import { entityKey } from "@heliograph/shared/entity-key";
import { expect, test } from "vitest";
import { initialTimeoutMs } from "../api/adaptive-timeout.ts";
import { testId } from "../testing/ids.ts";
import { createTestClient, organization } from "../testing/test-client.ts";

// Rows and lists that return: after a refusal, after access was granted again, after a lost connection.

const nothing = () => {};
const id = testId(1);

test("a refused row that is created later is subscribed again when its container signals it", async () => {
  const { client, server, clock } = createTestClient();
  const task = client.entity("task", id);
  task.subscribe(nothing);
  client.subscribe("task", [`tenant/${organization}`], { within: true });
  client.start();
  await clock.advance(100);
  expect(task.snapshot().status).toBe("gone");
  server.write("task", id, { name: "made" }, [organization]);
  await clock.advance(100);
  expect(task.snapshot()).toMatchObject({ status: "ready", stale: false });
  server.write("task", id, { name: "moved" }, []); // out of the container: only its own subscription signals the change
  await clock.advance(100);
  expect(task.snapshot().data).toMatchObject({ name: "moved" });
  client.stop();
});

test("a refused row that returns through a list is subscribed again", async () => {
  const { client, server, clock } = createTestClient();
  client.subscribe("task", [id]);
  client.start();
  await clock.advance(100);
  server.write("task", id, { name: "made" }); // no signal: the row is in no subscribed container
  const list = client.list("task", { sort: "name" });
  list.subscribe(nothing);
  await clock.advance(1_500);
  expect(list.snapshot().items).toHaveLength(1);
  expect(server.socket?.session.subscriptions).toContain(`id:task:${id}`);
  client.stop();
});

test("a row that a response brings back is subscribed again at once", async () => {
  const { client, server, clock } = createTestClient();
  client.subscribe("task", [id]);
  client.start();
  await clock.advance(100);
  await client.mutations.create("task", { id, name: "made" });
  await clock.advance(50);
  expect(server.socket?.session.subscriptions).toContain(`id:task:${id}`);
  client.stop();
});

/** A client whose subscription to the tasks inside project `id` was revoked and would be granted again. */
async function withoutContainer() {
  const setup = createTestClient();
  const { client, server, clock } = setup;
  client.subscribe("task", [`project/${id}`], { within: true });
  client.start();
  await clock.advance(100);
  server.socket?.session.subscriptions.clear();
  const gone = { type: "GONE", payload: { entityCode: "task", entityIds: [`project/${id}`] } };
  server.socket?.handlers.received(JSON.stringify(gone));
  await clock.advance(100);
  expect(server.socket?.session.subscriptions.size).toBe(0);
  return setup;
}

test("a revoked container is subscribed again at once when a signal names its row", async () => {
  const { client, server, clock } = await withoutContainer();
  const signal = (action: string) => {
    const payload = { entityCode: "project", changes: [{ entityId: id, action, version: 1 }], timestamp: "" };
    server.socket?.handlers.received(JSON.stringify({ type: "INVALIDATE", payload }));
  };
  signal("DELETE");
  await clock.advance(100);
  expect(server.socket?.session.subscriptions.size).toBe(0);
  signal("UPDATE");
  await clock.advance(100);
  expect(server.socket?.session.subscriptions).toContain(`in:task:project/${id}`);
  client.stop();
});

test("a revoked container is subscribed again at once when its row is fetched", async () => {
  const { client, server, clock } = await withoutContainer();
  server.write("project", id, { name: "p" });
  client.entity("project", id).subscribe(nothing);
  await clock.advance(100);
  expect(server.socket?.session.subscriptions).toContain(`in:task:project/${id}`);
  client.stop();
});

test("fetches on a dead connection are sent again when the socket is lost, and time out after some seconds", async () => {
  const { client, server, clock } = createTestClient();
  server.write("task", id, { name: "a" });
  client.subscribe("task", [id]);
  client.start();
  await clock.advance(100);
  server.autoAnswer = false;
  server.write("task", id, { name: "b" });
  await clock.advance(100);
  const [dead] = server.calls.splice(0);
  expect(dead).toBeDefined();
  await clock.advance(initialTimeoutMs + 1_000);
  const [second] = server.calls.splice(0);
  expect(second).toBeDefined();
  server.drop();
  await clock.advance(0);
  expect(server.calls).toHaveLength(1);
  client.stop();
});

test("[INV-9] a row stored as gone is fetched on any signal, because granting access changes no version", async () => {
  const { client, server, clock } = createTestClient();
  const version = server.write("task", id, { name: "mine" }, [organization]);
  const task = client.entity("task", id);
  task.subscribe(nothing);
  client.subscribe("task", [`tenant/${organization}`], { within: true });
  client.start();
  await clock.advance(100);
  const doc = server.rows.get(entityKey("task", id));
  server.revoke("task", id);
  await clock.advance(100);
  expect(task.snapshot().status).toBe("gone");
  if (doc) server.rows.set(entityKey("task", id), doc);
  const changes = [{ entityId: id, action: "CREATE", version }];
  const message = { type: "INVALIDATE", payload: { entityCode: "task", changes, timestamp: "" } };
  server.socket?.handlers.received(JSON.stringify(message));
  await clock.advance(100);
  expect(task.snapshot()).toMatchObject({ status: "ready", version });
  client.stop();
});

test("after a reconnect the status is catching-up until the lists are fetched again", async () => {
  const { client, server, clock } = createTestClient();
  const list = client.list("task", { sort: "name" });
  list.subscribe(nothing);
  client.start();
  await clock.advance(100);
  expect(client.status().state).toBe("connected");
  server.autoAnswer = false;
  server.drop();
  server.write("task", id, { name: "made meanwhile" }, [organization]);
  await clock.advance(2_000);
  expect(client.status().state).toBe("catching-up");
  expect(list.snapshot()).toMatchObject({ items: [], stale: true });
  server.autoAnswer = true;
  for (const call of [...server.calls]) call.answer();
  await clock.advance(2_000);
  expect(client.status().state).toBe("connected");
  expect(list.snapshot().items).toHaveLength(1);
  client.stop();
});

test("a signalled version that never appears is fetched only a few times", async () => {
  const { client, server, clock, warnings } = createTestClient();
  const version = server.write("task", id, { name: "a" });
  const task = client.entity("task", id);
  task.subscribe(nothing);
  client.start();
  await clock.advance(100);
  const changes = [{ entityId: id, action: "UPDATE", version: version + 1_000 }];
  const message = { type: "INVALIDATE", payload: { entityCode: "task", changes, timestamp: "" } };
  server.socket?.handlers.received(JSON.stringify(message));
  await clock.advance(1_000);
  expect(client.status().pendingFetches).toBe(1);
  await clock.advance(120_000);
  expect(client.status().pendingFetches).toBe(0);
  expect(warnings.join()).toContain("never reached the signalled version");
  client.stop();
});

test("failing fetches are retried with backoff and shown, until the API is available again", async () => {
  const { client, server, clock } = createTestClient();
  server.write("task", id, { name: "a" });
  server.autoAnswer = false;
  const task = client.entity("task", id);
  task.subscribe(nothing);
  client.start();
  let failed = 0;
  for (let second = 0; second < 60; second += 1) {
    await clock.advance(1_000);
    for (const call of [...server.calls]) {
      call.fail(500);
      failed += 1;
    }
  }
  expect(task.snapshot()).toMatchObject({ status: "error" });
  expect(failed).toBeGreaterThan(3);
  // Every 2 s on average at the beginning of an outage, and less often later.
  expect(failed).toBeLessThan(40);
  server.autoAnswer = true;
  await clock.advance(60_000);
  expect(task.snapshot()).toMatchObject({ status: "ready", error: undefined });
  client.stop();
});
