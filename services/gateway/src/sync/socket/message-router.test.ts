import { expect, test } from "vitest";
import { type FakeClient, id, north, Scene } from "../testing/scene.ts";

const iso = (scene: Scene, seconds: number): string => new Date(scene.clock.wallNow() + seconds * 1000).toISOString();
const auth = (client: FakeClient, token: string) => client.tell({ type: "AUTH", id: "a", payload: { token } });

test("REAUTH a minute before the token expires, once; at once when less is left", async () => {
  const scene = new Scene();
  scene.connections.startSweeping();
  const client = scene.connect({ expiresIn: 100 });
  const expiresAt = iso(scene, 100);
  client.socket.take();
  await scene.clock.advance(39_000);
  expect(client.socket.take().filter(({ type }) => type === "REAUTH")).toEqual([]);
  await scene.clock.advance(2000);
  expect(client.socket.take().filter(({ type }) => type === "REAUTH")).toEqual([
    { type: "REAUTH", payload: { expiresAt } },
  ]);
  await scene.clock.advance(30_000);
  expect(client.socket.take().filter(({ type }) => type === "REAUTH")).toEqual([]);
  const late = scene.connect({ expiresIn: 59 });
  expect(late.socket.take().map(({ type }) => type)).toEqual(["WELCOME", "REAUTH"]);
});

test("AUTH extends the socket and is asked for again before the new end; an older token shortens nothing", async () => {
  const scene = new Scene();
  scene.connections.startSweeping();
  const personId = id();
  const client = scene.connect({ personId, expiresIn: 30 });
  const now = scene.clock.wallNow() / 1000;
  scene.tokens.set("newer", { personId, organizationId: north, expiresAt: now + 200 });
  scene.tokens.set("older", { personId, organizationId: north, expiresAt: now + 10 });
  const expiresAt = iso(scene, 200);
  expect(await auth(client, "newer")).toEqual([{ type: "REAUTH", id: "a", payload: { expiresAt } }]);
  expect(await auth(client, "older")).toEqual([{ type: "REAUTH", id: "a", payload: { expiresAt } }]);
  for (let second = 0; second < 150; second += 10) {
    client.connection.heardControl();
    await scene.clock.advance(10_000);
  }
  expect(client.connection.open).toBe(true);
  expect(client.socket.take().filter(({ type }) => type === "REAUTH")).toHaveLength(1);
  client.connection.heardControl();
  await scene.clock.advance(51_000);
  expect(client.socket.closedWith).toBe(4401);
});

// Fails when any valid token is taken: the socket would go on with the rights of one person and the token of another.
test("a token that is bad, or of another person or organization, changes nothing", async () => {
  const scene = new Scene();
  scene.connections.startSweeping();
  const personId = id();
  const client = scene.connect({ personId, expiresIn: 30 });
  const expiresAt = scene.clock.wallNow() / 1000 + 200;
  scene.tokens.set("other person", { personId: id(), organizationId: north, expiresAt });
  scene.tokens.set("other organization", { personId, organizationId: id(), expiresAt });
  for (const token of ["bad", "other person", "other organization"])
    expect(await auth(client, token)).toMatchObject([{ type: "ERROR", id: "a", payload: { code: "invalid_token" } }]);
  expect(client.connection.open).toBe(true);
  await scene.clock.advance(31_000);
  expect(client.socket.closedWith).toBe(4401);
});

test("after the token's end a message is not handled any more, even before the socket is looked after", async () => {
  const scene = new Scene();
  const client = scene.connect({ expiresIn: 10 });
  await scene.clock.advance(10_000);
  expect(await client.tell({ type: "PING" })).toEqual([]);
  expect(client.socket.closedWith).toBe(4401);
});
