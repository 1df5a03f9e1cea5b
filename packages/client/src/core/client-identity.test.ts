import { expect, test } from "vitest";
import type { SocketHandlers } from "../connection/socket.ts";
import { testId, testToken } from "../testing/ids.ts";
import { createTestClient, organization } from "../testing/test-client.ts";

// The user of the client: signing out, another user, a renewed token. Also ids that name no row.

const nothing = () => {};
const id = testId(1);

function signedIn(first: string | null) {
  const asked: (string | null)[] = [];
  const holder = { token: first };
  const test = createTestClient({ getToken: () => holder.token, onAuthRequired: () => asked.push(holder.token) });
  return { ...test, holder, asked };
}

test("signing out closes the socket and does not ask for a sign-in", async () => {
  const { client, server, clock, holder, asked } = signedIn(testToken(organization));
  client.start();
  await clock.advance(100);
  holder.token = null;
  client.tokenChanged();
  expect(client.status().state).toBe("needs-auth");
  expect(server.socket).toBeUndefined();
  expect(asked).toEqual([]);
  holder.token = testToken(organization);
  client.tokenChanged();
  await clock.advance(100);
  expect(client.status().state).toBe("connected");
  client.stop();
});

test("a token of another user opens another socket; a renewed token of the same user does not", async () => {
  const { client, server, clock, holder } = signedIn(`h.${claims("anna")}.1`);
  client.start();
  await clock.advance(100);
  const [first] = server.sockets;
  holder.token = `h.${claims("anna")}.2`;
  client.tokenChanged();
  await clock.advance(100);
  expect(server.sockets).toHaveLength(1);
  holder.token = `h.${claims("ben")}.3`;
  client.tokenChanged();
  await clock.advance(100);
  expect(first?.open).toBe(false);
  expect(server.sockets).toHaveLength(2);
  expect(client.status().state).toBe("connected");
  client.stop();
});

test("a late 401 for an earlier token does not end the current session", async () => {
  const { client, server, holder, asked } = signedIn("old");
  server.autoAnswer = false;
  const reading = client.api.get("task", id).catch(nothing);
  const again = client.api.get("task", id).catch(nothing);
  server.calls[0]?.fail(401, "token_expired");
  await reading;
  expect(asked).toEqual(["old"]);
  holder.token = "new";
  server.calls[0]?.fail(401, "token_expired");
  await again;
  expect(asked).toEqual(["old"]);
});

test("a row that does not exist is gone, whatever its id looks like, and the request of another row is answered", async () => {
  const { client, server, clock } = createTestClient();
  server.write("task", id, { name: "good" });
  const good = client.entity("task", id);
  const bad = client.entity("task", "a/b,c%41é");
  good.subscribe(nothing);
  bad.subscribe(nothing);
  client.start();
  await clock.advance(100);
  expect(bad.snapshot()).toMatchObject({ status: "gone" });
  expect(good.snapshot()).toMatchObject({ status: "ready", stale: false });
  expect([...(server.socket?.session.subscriptions ?? [])]).toEqual([`id:task:${id}`]);
  client.stop();
});

test("stored rows are fetched again when the socket never opens but the API answers", async () => {
  const sockets: SocketHandlers[] = [];
  const { client, server, clock } = createTestClient({
    openSocket: (_url, _token, handlers) => {
      sockets.push(handlers);
      return { send: nothing, close: nothing };
    },
  });
  await client.store.putServer([
    { entityCode: "task", entityId: id, ver: 1, data: { $id: id, $version: 1, name: "old" } },
  ]);
  server.write("task", id, { name: "new" });
  const task = client.entity("task", id);
  task.subscribe(nothing);
  client.start();
  await clock.advance(500);
  expect(task.snapshot()).toMatchObject({ stale: true, data: { name: "old" } }); // the socket may still open
  sockets[0]?.closed(1006);
  await clock.advance(500);
  expect(task.snapshot()).toMatchObject({ stale: true, data: { name: "new" } });
  client.stop();
});

test("a revoked row that is granted again is subscribed again", async () => {
  const { client, server, clock } = createTestClient();
  const version = server.write("task", id, { name: "mine" }, [organization]);
  const doc = server.rows.get(`task:${id}`);
  client.entity("task", id).subscribe(nothing);
  client.subscribe("task", [`tenant/${organization}`], { within: true });
  client.start();
  await clock.advance(100);
  server.revoke("task", id);
  await clock.advance(100);
  if (doc) server.rows.set(`task:${id}`, doc);
  const payload = { entityCode: "task", changes: [{ entityId: id, action: "CREATE", version }], timestamp: "" };
  server.socket?.handlers.received(JSON.stringify({ type: "INVALIDATE", payload }));
  await clock.advance(100);
  expect(server.socket?.session.subscriptions.has(`id:task:${id}`)).toBe(true);
  client.stop();
});

function claims(person: string): string {
  return btoa(JSON.stringify({ sub: person, org: organization }));
}
