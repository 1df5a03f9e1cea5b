import { expect, test } from "vitest";
import { type FakeClient, id, north, TestSyncCore } from "../testing/test-sync-core.ts";

const iso = (core: TestSyncCore, seconds: number): string =>
  new Date(core.clock.wallNow() + seconds * 1000).toISOString();
const auth = (client: FakeClient, token: string) => client.request({ type: "AUTH", id: "a", payload: { token } });

test("[AUTH-1] REAUTH is sent once, a minute before the token expires, or immediately when less is left", async () => {
  const core = new TestSyncCore();
  core.connections.startSweeping();
  const client = core.connect({ expiresIn: 100 });
  const expiresAt = iso(core, 100);
  client.socket.take();
  await core.clock.advance(39_000);
  expect(client.socket.take().filter(({ type }) => type === "REAUTH")).toEqual([]);
  await core.clock.advance(2000);
  expect(client.socket.take().filter(({ type }) => type === "REAUTH")).toEqual([
    { type: "REAUTH", payload: { expiresAt } },
  ]);
  await core.clock.advance(30_000);
  expect(client.socket.take().filter(({ type }) => type === "REAUTH")).toEqual([]);
  const late = core.connect({ expiresIn: 59 });
  expect(late.socket.take().map(({ type }) => type)).toEqual(["WELCOME", "REAUTH"]);
});

test("[AUTH-2] AUTH extends the socket, and REAUTH comes again before the new expiry; an older token shortens nothing", async () => {
  const core = new TestSyncCore();
  core.connections.startSweeping();
  const personId = id();
  const client = core.connect({ personId, expiresIn: 30 });
  const now = core.clock.wallNow() / 1000;
  core.tokens.set("newer", { personId, organizationId: north, expiresAt: now + 200 });
  core.tokens.set("older", { personId, organizationId: north, expiresAt: now + 10 });
  const expiresAt = iso(core, 200);
  expect(await auth(client, "newer")).toEqual([{ type: "REAUTH", id: "a", payload: { expiresAt } }]);
  expect(await auth(client, "older")).toEqual([{ type: "REAUTH", id: "a", payload: { expiresAt } }]);
  for (let second = 0; second < 150; second += 10) {
    client.connection.receiveControl();
    await core.clock.advance(10_000);
  }
  expect(client.connection.open).toBe(true);
  expect(client.socket.take().filter(({ type }) => type === "REAUTH")).toHaveLength(1);
  client.connection.receiveControl();
  await core.clock.advance(51_000);
  expect(client.socket.closedWith).toBe(4401);
});

// Fails when any valid token is accepted: the socket would keep the rights of one person with the token of another.
test("[AUTH-3] a token that is invalid, or of another person or organization, changes nothing", async () => {
  const core = new TestSyncCore();
  core.connections.startSweeping();
  const personId = id();
  const client = core.connect({ personId, expiresIn: 30 });
  const expiresAt = core.clock.wallNow() / 1000 + 200;
  core.tokens.set("other person", { personId: id(), organizationId: north, expiresAt });
  core.tokens.set("other organization", { personId, organizationId: id(), expiresAt });
  for (const token of ["bad", "other person", "other organization"])
    expect(await auth(client, token)).toMatchObject([{ type: "ERROR", id: "a", payload: { code: "invalid_token" } }]);
  expect(client.connection.open).toBe(true);
  await core.clock.advance(31_000);
  expect(client.socket.closedWith).toBe(4401);
});

test("[AUTH-4] after the token has expired no message is handled, even before the next sweep", async () => {
  const core = new TestSyncCore();
  const client = core.connect({ expiresIn: 10 });
  await core.clock.advance(10_000);
  expect(await client.request({ type: "PING" })).toEqual([]);
  expect(client.socket.closedWith).toBe(4401);
});
