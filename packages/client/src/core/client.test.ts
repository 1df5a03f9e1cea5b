import { entityKey } from "@heliograph/shared/entity-key";
import { settle } from "@heliograph/shared/testing/settle";
import { expect, test } from "vitest";
import { testId } from "../testing/ids.ts";
import { createTestClient, organization } from "../testing/test-client.ts";

const nothing = () => {};

test("an observed row is fetched, follows changes and survives a reconnect", async () => {
  const { client, server, clock } = createTestClient();
  const id = testId(1);
  server.write("project", id, { name: "first" });
  const project = client.entity("project", id);
  const leave = project.subscribe(nothing);
  client.start();
  expect(project.snapshot().status).toBe("loading");
  await clock.advance(100);
  expect(project.snapshot()).toMatchObject({ status: "ready", stale: false, data: { name: "first" } });
  expect(client.status().state).toBe("connected");

  server.write("project", id, { name: "second" });
  await clock.advance(100);
  expect(project.snapshot().data).toMatchObject({ name: "second" });

  server.drop();
  expect(project.snapshot().stale).toBe(true);
  server.write("project", id, { name: "third" });
  await clock.advance(5_000);
  expect(project.snapshot()).toMatchObject({ stale: false, data: { name: "third" } });
  leave();
  client.stop();
  expect(clock.timers).toBe(0);
});

test("log lines are those that the documentation shows", async () => {
  const { client, server, clock, lines } = createTestClient();
  const ids = Array.from({ length: 50 }, (_, n) => testId(n));
  for (const id of ids) server.write("project", id);
  client.start();
  client.subscribe("project", ids);
  await clock.advance(200);
  server.write("project", testId(7));
  await clock.advance(200);
  client.stop();
  expect(lines).toContain("[Sync] Connected");
  expect(lines).toContain("[Sync] Subscribed: project (50)");
  expect(lines).toContain("[Sync] INVALIDATE: project (1 changes)");
  expect(lines).toContain(`[Sync] Refetched project/${testId(7)}`);
});

test("[G1] a change between the fetch and the subscription is not lost", async () => {
  const { client, server, clock } = createTestClient();
  const id = testId(1);
  server.write("project", id, { name: "old" });
  server.autoFlush = false;
  const project = client.entity("project", id);
  project.subscribe(nothing);
  client.start();
  await clock.advance(100); // fetched but not subscribed: no message was delivered to the socket
  expect(project.snapshot().data).toMatchObject({ name: "old" });
  server.write("project", id, { name: "new" });
  server.autoFlush = true;
  server.flushDown();
  await clock.advance(500);
  expect(project.snapshot()).toMatchObject({ stale: false, data: { name: "new" } });
  client.stop();
});

test("[INV-5] a deleted row is gone, and one created again under its id returns", async () => {
  const { client, server, clock } = createTestClient();
  const id = testId(1);
  server.write("project", id, { name: "here" });
  const project = client.entity("project", id);
  project.subscribe(nothing);
  client.start();
  await clock.advance(100);
  server.remove("project", id);
  await clock.advance(100);
  expect(project.snapshot().status).toBe("gone");
  server.write("project", id, { name: "again" });
  await clock.advance(100);
  expect(project.snapshot()).toMatchObject({ status: "ready", data: { name: "again" } });
  client.stop();
});

test("[G1] a response in flight does not bring back a revoked row", async () => {
  const { client, server, clock } = createTestClient();
  const id = testId(1);
  server.write("project", id, { name: "secret" });
  const project = client.entity("project", id);
  project.subscribe(nothing);
  client.start();
  await clock.advance(100);
  server.autoAnswer = false;
  server.write("project", id, { name: "secret too" });
  await clock.advance(100);
  const deliver = server.calls[0]?.read();
  server.revoke("project", id);
  await clock.advance(100);
  expect(project.snapshot().status).toBe("gone");
  deliver?.();
  await clock.advance(5_000);
  expect(project.snapshot().status).toBe("gone");
  expect((await client.store.read([entityKey("project", id)])).get(entityKey("project", id))?.data).toBeNull();
  client.stop();
});

test("a response that predates the user's own create does not mark the row as gone", async () => {
  const { client, server, clock } = createTestClient();
  const id = testId(1);
  client.start();
  await clock.advance(10);
  server.autoFlush = false;
  const project = client.entity("project", id);
  project.subscribe(nothing);
  await clock.advance(10);
  server.flushUp(); // the server finds no such row
  await client.mutations.create("project", { id, name: "mine" });
  server.autoFlush = true;
  server.flushDown();
  await clock.advance(1_000);
  expect(project.snapshot()).toMatchObject({ status: "ready", stale: false, data: { name: "mine" } });
  server.write("project", id, { name: "changed" });
  await clock.advance(100);
  expect(project.snapshot().data).toMatchObject({ name: "changed" });
  client.stop();
});

test("a list keeps the server's order, adds rows created in its container and drops rows that are gone", async () => {
  const { client, server, clock } = createTestClient();
  for (const [n, name] of ["b", "d"].entries()) server.write("task", testId(n), { name }, [organization]);
  const list = client.list("task", { sort: "name" });
  list.subscribe(nothing);
  client.start();
  const names = () => list.snapshot().items.map((item) => item["name"]);
  await clock.advance(100);
  expect(names()).toEqual(["b", "d"]);
  expect(client.status().state).toBe("connected");
  server.write("task", testId(5), { name: "c" }, [organization]);
  await clock.advance(1_500);
  expect(names()).toEqual(["b", "c", "d"]);
  server.write("task", testId(0), { name: "z" });
  await clock.advance(1_500);
  expect(names()).toEqual(["c", "d", "z"]);
  server.remove("task", testId(5));
  await clock.advance(50);
  expect(names()).toEqual(["d", "z"]);
  client.stop();
  await settle();
  expect(clock.timers).toBe(0);
});

test("a burst of changes fetches the pages of a list a limited number of times", async () => {
  const { client, server, clock } = createTestClient();
  const list = client.list("task", { sort: "name", limit: 10 });
  list.subscribe(nothing);
  client.start();
  await clock.advance(2_000);
  server.autoAnswer = false;
  let pages = 0;
  for (let n = 0; n < 200; n += 1) {
    server.write("task", testId(n), { name: String(n).padStart(3, "0") }, [organization]);
    await clock.advance(10);
    for (const call of [...server.calls]) {
      if (!call.url.searchParams.has("ids")) pages += 1;
      call.answer();
    }
  }
  server.autoAnswer = true;
  await clock.advance(3_000);
  expect(list.snapshot()).toMatchObject({ stale: false, hasMore: true });
  expect(list.snapshot().items).toHaveLength(10);
  expect(pages).toBeLessThanOrEqual(4);
  client.stop();
});

test("further pages are fetched on request, and all of them again after a change", async () => {
  const { client, server, clock } = createTestClient();
  for (let n = 0; n < 25; n += 1) server.write("task", testId(n), { name: String(n + 10) }, [organization]);
  const list = client.list("task", { sort: "name", limit: 10 });
  list.subscribe(nothing);
  client.start();
  await clock.advance(100);
  list.loadMore();
  await clock.advance(100);
  expect(list.snapshot().items).toHaveLength(20);
  server.write("task", testId(99), { name: "00" }, [organization]);
  await clock.advance(1_500);
  expect(list.snapshot().items).toHaveLength(20);
  expect(list.snapshot().items[0]).toMatchObject({ name: "00" });
  list.loadMore();
  await clock.advance(100);
  expect(list.snapshot()).toMatchObject({ hasMore: false });
  expect(list.snapshot().items).toHaveLength(26);
  client.stop();
});

test("without live updates rows and lists are fetched through the API and marked as stale", async () => {
  const { client, server, clock } = createTestClient({
    openSocket: (_url, _token, handlers) => {
      queueMicrotask(() => handlers.closed(1006));
      return { send: nothing, close: nothing };
    },
    probe: async () => ({ kind: "disabled", reason: "Live updates are switched off." }),
  });
  server.write("task", testId(1), { name: "a" });
  const list = client.list("task");
  const task = client.entity("task", testId(1));
  list.subscribe(nothing);
  task.subscribe(nothing);
  client.start();
  await clock.advance(5_000);
  expect(client.status()).toMatchObject({ state: "disabled", reason: "Live updates are switched off." });
  expect(list.snapshot()).toMatchObject({ status: "ready", stale: true });
  expect(task.snapshot()).toMatchObject({ status: "ready", stale: true, data: { name: "a" } });
  client.stop();
  expect(clock.timers).toBe(0);
});

test("while signed out, the application is asked for a sign-in once, and a token starts the connection", async () => {
  let token: string | null = null;
  let asked = 0;
  const { client, clock } = createTestClient({
    getToken: () => token,
    onAuthRequired: () => {
      asked += 1;
    },
  });
  client.start();
  await clock.advance(60_000);
  expect(client.status().state).toBe("needs-auth");
  expect(asked).toBe(1);
  token = "a.b.c";
  client.tokenChanged();
  await clock.advance(100);
  expect(client.status().state).toBe("connected");
  client.stop();
});

test("stop leaves no timer at any moment, and a later start catches up", async () => {
  const { client, server, clock } = createTestClient();
  server.write("task", testId(1), { name: "a" }, [organization]);
  const list = client.list("task");
  const leaveList = list.subscribe(nothing);
  client.subscribe("task", [testId(1)])();
  client.start();
  await clock.advance(25);
  server.autoAnswer = false;
  server.write("task", testId(1), { name: "b" });
  await clock.advance(30);
  leaveList();
  client.stop();
  await settle(); // the aborted requests notice it
  expect(clock.timers).toBe(0);
  server.autoAnswer = true;
  list.subscribe(nothing);
  client.start();
  await clock.advance(1_000);
  expect(list.snapshot().items[0]).toMatchObject({ name: "b" });
  client.stop();
});
