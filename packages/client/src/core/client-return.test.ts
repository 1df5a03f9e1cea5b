import { entityKey } from "@heliograph/shared/entity-key";
import { expect, test } from "vitest";
import { initialTimeoutMs } from "../api/adaptive-timeout.ts";
import { testId } from "../testing/ids.ts";
import { createTestClient, organization } from "../testing/test-client.ts";

// Rows and lists that come back: after a refusal, after rights were given again, after a lost connection.

const nothing = () => {};
const id = testId(1);

test("a row that was refused and then created is subscribed again when its container tells of it", async () => {
  const { client, server, clock } = createTestClient();
  const task = client.entity("task", id);
  task.subscribe(nothing);
  client.subscribe("task", [organization], { within: true });
  client.start();
  await clock.advance(100);
  expect(task.snapshot().status).toBe("gone");
  server.write("task", id, { name: "made" }, [organization]);
  await clock.advance(100);
  expect(task.snapshot()).toMatchObject({ status: "ready", stale: false });
  server.write("task", id, { name: "moved" }, []); // out of the container: only its own subscription tells
  await clock.advance(100);
  expect(task.snapshot().data).toMatchObject({ name: "moved" });
  client.stop();
});

test("a row that was refused and comes back through a list is subscribed again", async () => {
  const { client, server, clock } = createTestClient();
  client.subscribe("task", [id]);
  client.start();
  await clock.advance(100);
  server.write("task", id, { name: "made" }); // nobody is told: the row is in no container that is held
  const list = client.list("task", { sort: "name" });
  list.subscribe(nothing);
  await clock.advance(1_500);
  expect(list.snapshot().items).toHaveLength(1);
  expect(server.socket?.session.subscriptions).toContain(`id:task:${id}`);
  client.stop();
});

test("a row that an answer brings back is subscribed again before any new holder or pause", async () => {
  const { client, server, clock } = createTestClient();
  client.subscribe("task", [id]);
  client.start();
  await clock.advance(100);
  await client.mutations.create("task", { id, name: "made" });
  await clock.advance(50);
  expect(server.socket?.session.subscriptions).toContain(`id:task:${id}`);
  client.stop();
});

/** A client whose subscription to the tasks inside project `id` was withdrawn and could be had again. */
async function withoutContainer() {
  const scene = createTestClient();
  const { client, server, clock } = scene;
  client.subscribe("task", [id], { within: true });
  client.start();
  await clock.advance(100);
  server.socket?.session.subscriptions.clear();
  const gone = { type: "GONE", payload: { entityCode: "task", entityIds: [id] } };
  server.socket?.handlers.received(JSON.stringify(gone));
  await clock.advance(100);
  expect(server.socket?.session.subscriptions.size).toBe(0);
  return scene;
}

test("a withdrawn container is asked for at once when a signal names its row", async () => {
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
  expect(server.socket?.session.subscriptions).toContain(`in:task:${id}`);
  client.stop();
});

test("a withdrawn container is asked for at once when its row is read", async () => {
  const { client, server, clock } = await withoutContainer();
  server.write("project", id, { name: "p" });
  client.entity("project", id).subscribe(nothing);
  await clock.advance(100);
  expect(server.socket?.session.subscriptions).toContain(`in:task:${id}`);
  client.stop();
});

test("reads on a dead connection are sent anew when the socket is lost, and given up after some seconds", async () => {
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

test("a row held as gone is fetched on any signal: rights that return change no version", async () => {
  const { client, server, clock } = createTestClient();
  const version = server.write("task", id, { name: "mine" }, [organization]);
  const task = client.entity("task", id);
  task.subscribe(nothing);
  client.subscribe("task", [organization], { within: true });
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

test("after a reconnect the status is catching-up until the lists are read again", async () => {
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

test("a signal whose version never appears is given up after a few answers, not asked for without end", async () => {
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
  expect(warnings.join()).toContain("never appeared");
  client.stop();
});

test("failing reads are repeated with pauses and shown, and end when the API is back", async () => {
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
  // At 2 s a time on average while the outage is young, and rarer afterwards.
  expect(failed).toBeLessThan(40);
  server.autoAnswer = true;
  await clock.advance(60_000);
  expect(task.snapshot()).toMatchObject({ status: "ready", error: undefined });
  client.stop();
});
