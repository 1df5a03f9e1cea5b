import { expect, test } from "vitest";
import { testId, testToken } from "../testing/ids.ts";
import { createTestClient, organization } from "../testing/test-client.ts";

// A session over time: expiring tokens, changing users, servers that are behind, pages that are left.

const nothing = () => {};
const id = testId(1);
/** Another token of the same user and organization. */
const renewed = testToken(organization).replace(/\.$/, ".2");

async function setUp(options: Parameters<typeof createTestClient>[0] = {}) {
  const all = createTestClient(options);
  const { client, server, clock } = all;
  server.write("task", id, { name: "a" }, [organization]);
  const row = client.entity("task", id);
  row.subscribe(nothing);
  client.start();
  await clock.advance(6_000);
  return { ...all, row, received: () => server.sockets.at(-1)?.received.map(({ type }) => type) ?? [] };
}

test("a new connection is caught up only when everything is subscribed and fetched", async () => {
  const { client, server, clock } = createTestClient();
  server.write("task", id, { name: "a" }, [organization]);
  server.autoAnswer = false;
  const states: string[] = [];
  client.onStatus(({ state }) => states.push(state));
  client.subscribe("task", [id]);
  client.start();
  await clock.advance(500);
  expect(client.status().state).toBe("catching-up");
  expect(states).not.toContain("connected");
  for (const call of [...server.calls]) call.answer();
  await clock.advance(500);
  expect(client.status().state).toBe("connected");
  client.stop();
});

const reauth = (clock: { wallNow(): number }) => ({
  type: "REAUTH" as const,
  payload: { expiresAt: new Date(clock.wallNow() + 60_000).toISOString() },
});

test("[AUTH-2] REAUTH: the current token of the application is sent over the open socket", async () => {
  let token = testToken(organization);
  const { client, server, clock, received } = await setUp({ getToken: async () => token });
  expect(client.status().state).toBe("connected");
  token = renewed;
  server.send(reauth(clock));
  await clock.advance(100);
  expect(server.socket?.received.at(-1)).toMatchObject({ type: "AUTH", payload: { token: renewed } });
  await clock.advance(60_000);
  expect(server.sockets).toHaveLength(1);
  expect(received().filter((type) => type === "AUTH")).toHaveLength(1);
  client.stop();
  expect(clock.timers).toBe(0);
});

test("REAUTH without another token: the token is renewed, and a failed renewal is retried", async () => {
  let attempts = 0;
  const { client, server, clock } = await setUp({
    renewToken: async () => {
      attempts += 1;
      if (attempts === 1) throw new Error("no network");
      return renewed;
    },
  });
  server.send(reauth(clock));
  await clock.advance(100);
  expect(attempts).toBe(1);
  await clock.advance(15_000);
  expect(server.socket?.received.at(-1)).toMatchObject({ type: "AUTH", payload: { token: renewed } });
  client.stop();
  expect(clock.timers).toBe(0);
});

test("without renewal the connection lasts until 4401, and the application is asked for a sign-in", async () => {
  let asked = 0;
  const { client, server, clock } = await setUp({
    renewToken: async () => null,
    onAuthRequired: () => {
      asked += 1;
    },
  });
  server.send(reauth(clock));
  await clock.advance(59_000);
  expect(client.status().state).toBe("connected");
  server.drop(4401);
  await clock.advance(1); // the renewal is retried
  expect(client.status().state).toBe("needs-auth");
  expect(asked).toBe(1);
  client.stop();
  expect(clock.timers).toBe(0);
});

test("a token of the same user is sent over the socket; a token of another user starts another session", async () => {
  let token = testToken(organization);
  const { client, server, clock, received } = await setUp({ getToken: () => token });
  server.bookmark();
  await clock.advance(10);
  token = renewed;
  client.tokenChanged();
  await clock.advance(10);
  expect(received().at(-1)).toBe("AUTH");
  token = testToken(testId(901));
  client.tokenChanged();
  await clock.advance(100);
  expect(server.sockets[0]?.closedWith).toBe(1000);
  expect(server.sockets).toHaveLength(2);
  expect(server.socket?.token).toBe(token);
  expect(received()[0]).toBe("SUBSCRIBE");
  client.stop();
});

test("another user who signed in without a connection does not resume the session", async () => {
  let token = testToken(organization);
  const { client, server, clock, device, received } = await setUp({ getToken: () => token });
  server.bookmark();
  device.emit("offline");
  token = testToken(testId(901));
  device.emit("online");
  await clock.advance(100);
  expect(received()[0]).toBe("SUBSCRIBE");
  client.stop();
});

test("a token that is not available now is requested again with backoff", async () => {
  let reachable = false;
  const { client, server, clock } = await setUp({
    getToken: () => (reachable ? Promise.resolve(testToken(organization)) : Promise.reject(new Error("offline"))),
  });
  expect(client.status().state).toBe("connecting");
  expect(server.sockets).toHaveLength(0);
  reachable = true;
  await clock.advance(60_000);
  expect(client.status().state).toBe("connected");
  client.stop();
  expect(clock.timers).toBe(0);
});

test("[BMK-7] DELAYED gives the time up to which changes were sent, and a bookmark ends it when they are fetched", async () => {
  const { client, server, clock, row } = await setUp();
  const upTo = clock.wallNow() - 5_000;
  server.send({ type: "DELAYED", payload: { since: new Date(upTo).toISOString() } });
  await clock.advance(300);
  expect(client.status()).toMatchObject({ state: "delayed", since: upTo });
  server.autoAnswer = false;
  server.write("task", id, { name: "late" });
  await clock.advance(300);
  expect(client.status().state).toBe("delayed");
  server.bookmark();
  const bookmarkAt = clock.wallNow();
  await clock.advance(300);
  expect(client.status().state).toBe("catching-up");
  for (const call of [...server.calls]) call.answer();
  await clock.advance(300);
  expect(client.status()).toMatchObject({ state: "connected", caughtUpAt: bookmarkAt });
  expect(row.snapshot().data).toMatchObject({ name: "late" });
  client.stop();
});

test("caughtUpAt is known without a connection, too", async () => {
  const { client, server, clock, device } = await setUp();
  server.bookmark();
  const bookmarkAt = clock.wallNow();
  await clock.advance(300);
  expect(client.status().caughtUpAt).toBe(bookmarkAt);
  device.emit("offline");
  await clock.advance(20_000);
  expect(client.status()).toMatchObject({ state: "offline", caughtUpAt: bookmarkAt });
  client.stop();
});

test("stop ends the session; losing the network does not", async () => {
  const { client, server, clock, device } = await setUp();
  device.emit("offline");
  expect(server.sockets[0]?.closedWith).toBe(4410);
  expect(server.sessions.size).toBe(1);
  device.emit("online");
  await clock.advance(100);
  client.stop();
  expect(server.sockets[1]?.closedWith).toBe(1000);
  expect(server.sessions.size).toBe(0);
});

test("leaving the page ends the session, and returning from the cache starts a new one", async () => {
  const { client, server, clock, device, received, row } = await setUp();
  device.emit("leave");
  expect(server.sockets[0]?.closedWith).toBe(1000);
  expect(server.sessions.size).toBe(0);
  expect(client.status().state).toBe("disconnected");
  expect(clock.timers).toBe(0);
  server.write("task", id, { name: "meanwhile" });
  device.emit("visible");
  await clock.advance(500);
  expect(received()[0]).toBe("SUBSCRIBE");
  expect(row.snapshot().data).toMatchObject({ name: "meanwhile" });
  client.stop();
});

test("a revoked row that is granted again is subscribed again", async () => {
  const { client, server, clock, row } = await setUp();
  client.subscribe("task", [`tenant/${organization}`], { within: true });
  await clock.advance(100);
  server.revoke("task", id);
  await clock.advance(100);
  expect(row.snapshot().status).toBe("gone");
  server.write("task", id, { name: "back" }, [organization]);
  await clock.advance(100);
  server.write("task", id, { name: "elsewhere" }, []); // only its own subscription signals the change
  await clock.advance(100);
  expect(row.snapshot()).toMatchObject({ status: "ready", data: { name: "elsewhere" } });
  client.stop();
});
