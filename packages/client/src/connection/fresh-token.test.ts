import { FakeClock } from "@heliograph/shared/testing/fake-clock";
import { expect, test } from "vitest";
import { ApiError } from "../api/api-error.ts";
import { testId } from "../testing/ids.ts";
import { createTestClient, organization } from "../testing/test-client.ts";

/** Wall time at which the fake clock starts, milliseconds since 1970. */
const start = new FakeClock().wallNow();

function tokenUntil(expiresAtMs: number): string {
  const payload = btoa(JSON.stringify({ sub: testId(1), org: organization, exp: expiresAtMs / 1_000 }));
  return `e30.${payload.replaceAll("=", "")}.`;
}

test("a token that expired during sleep is renewed before the client connects", async () => {
  let token = tokenUntil(start + 60_000);
  let asked = 0;
  const { client, server, clock, device } = createTestClient({
    getToken: () => token,
    renewToken: async () => {
      token = tokenUntil(clock.wallNow() + 60_000);
      return token;
    },
    onAuthRequired: () => (asked += 1),
  });
  client.start();
  await clock.advance(10);
  device.emit("freeze");
  await clock.advance(120_000);
  device.emit("visible");
  await clock.advance(10);
  expect(client.status().state).toBe("connected");
  expect(server.sockets.map((socket) => socket.token)).toEqual([tokenUntil(start + 60_000), token]);
  expect(asked).toBe(0);
  client.stop();
});

test("a refused token is renewed once; when the new one is refused too, the user is asked to sign in", async () => {
  const tokens = ["first", "second"];
  let asked = 0;
  const { client, server, clock } = createTestClient({
    getToken: () => tokens[0] ?? null,
    renewToken: async () => {
      if (tokens.length > 1) tokens.shift();
      return tokens[0] ?? null;
    },
    onAuthRequired: () => (asked += 1),
  });
  client.start();
  await clock.advance(10);
  server.drop(4401);
  await clock.advance(5_000);
  expect(server.socket?.token).toBe("second");
  expect({ asked, state: client.status().state }).toEqual({ asked: 0, state: "connected" });
  server.drop(4401);
  await clock.advance(5_000);
  expect({ asked, state: client.status().state }).toEqual({ asked: 1, state: "needs-auth" });
  client.stop();
  expect(clock.timers).toBe(0);
});

test("a device whose clock is ahead connects with its token when there is no other", async () => {
  const token = tokenUntil(start - 1);
  const { client, server, clock } = createTestClient({ getToken: () => token, renewToken: async () => null });
  client.start();
  await clock.advance(10);
  expect(client.status().state).toBe("connected");
  expect(server.sockets).toHaveLength(1);
  client.stop();
});

test("a request with an expired token renews it without asking the user to sign in", async () => {
  const second = tokenUntil(start + 9_000_000);
  let token = tokenUntil(start + 8_000_000);
  let asked = 0;
  const { client, server, clock } = createTestClient({
    getToken: () => token,
    renewToken: async () => (token = second),
    onAuthRequired: () => (asked += 1),
  });
  client.start();
  await clock.advance(10);
  server.autoAnswer = false;
  client.entity("task", testId(1)).subscribe(() => {});
  await clock.advance(100);
  for (const call of [...server.calls]) call.fail(401, "token_expired");
  await clock.advance(100);
  expect(token).toBe(second);
  expect(server.socket?.received).toContainEqual(expect.objectContaining({ type: "AUTH", payload: { token: second } }));
  expect(asked).toBe(0);
  client.stop();
});

test("a renewal that fails because of an outage is retried without asking the user to sign in", async () => {
  const second = tokenUntil(start + 9_000_000);
  let token = "first";
  let outage = true;
  let asked = 0;
  const { client, server, clock } = createTestClient({
    getToken: () => token,
    renewToken: async () => {
      if (outage) throw new ApiError({ status: 503, code: "unavailable", message: "The database cannot be reached." });
      token = second;
      return token;
    },
    onAuthRequired: () => (asked += 1),
    probe: async () => ({ kind: "unauthenticated", reason: "The token has expired." }),
  });
  client.start();
  await clock.advance(10);
  server.drop(4401);
  await clock.advance(120_000);
  expect({ asked, state: client.status().state }).toEqual({ asked: 0, state: "connecting" });
  const { length } = server.sockets;
  outage = false;
  await clock.advance(60_000);
  expect({ asked, state: client.status().state }).toEqual({ asked: 0, state: "connected" });
  expect(server.sockets.slice(length).map((socket) => socket.token)).toEqual([second]);
  client.stop();
});

test("when the server refuses a renewal, the user is asked to sign in once", async () => {
  let asked = 0;
  const { client, server, clock } = createTestClient({
    getToken: () => "first",
    renewToken: () => Promise.reject(new ApiError({ status: 401, code: "token_expired", message: "Too late." })),
    onAuthRequired: () => (asked += 1),
  });
  client.start();
  await clock.advance(10);
  server.drop(4401);
  await clock.advance(60_000);
  expect({ asked, state: client.status().state }).toEqual({ asked: 1, state: "needs-auth" });
  client.stop();
});
