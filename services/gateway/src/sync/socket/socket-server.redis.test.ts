import { once } from "node:events";
import { RefusedUpgrade } from "@heliograph/testkit/socket/refused-upgrade";
import { TestSocket } from "@heliograph/testkit/socket/test-socket";
import { expect, test } from "vitest";
import { WebSocket } from "ws";
import { startLiveGateway } from "../testing/live-gateway.ts";

async function refusal(attempt: Promise<unknown>): Promise<RefusedUpgrade> {
  const outcome = await attempt.catch((error: unknown) => error);
  if (!(outcome instanceof RefusedUpgrade)) throw new Error(`not refused: ${String(outcome)}`);
  return outcome;
}

test("[CON-2] every refused handshake has its status, code and remedy", async () => {
  await using gateway = await startLiveGateway({
    ALLOWED_ORIGINS: "https://app.example.com",
    MAX_SOCKETS_PER_USER: "1",
    TOKEN_IN_QUERY: "false",
  });
  const url = `ws://127.0.0.1:${gateway.port}/ws/sync`;
  const { token } = gateway.tokens.sign(gateway.identity("bob"));
  const expired = gateway.tokens.sign(gateway.identity("bob"), Date.now() - 86_400_000).token;
  const cases: readonly (readonly [string, Promise<unknown>, number, string])[] = [
    ["no token", TestSocket.open({ url }), 401, "unauthenticated"],
    ["a bad token", TestSocket.open({ url, token: "a.b.c" }), 401, "unauthenticated"],
    ["an expired token", TestSocket.open({ url, token: expired }), 401, "token_expired"],
    ["a token in the query, switched off", TestSocket.open({ url: `${url}?token=${token}` }), 401, "unauthenticated"],
    ["a cookie", TestSocket.open({ url, headers: { cookie: `token=${token}` } }), 401, "unauthenticated"],
    ["another path", TestSocket.open({ url: `ws://127.0.0.1:${gateway.port}/other`, token }), 404, "not_found"],
    ["another origin", TestSocket.open({ url, token, origin: "https://evil.example" }), 403, "origin_not_allowed"],
    ["no origin at all", TestSocket.open({ url, token, origin: "null" }), 403, "origin_not_allowed"],
    [
      "a longer name",
      TestSocket.open({ url, token, origin: "https://app.example.com.evil.example" }),
      403,
      "origin_not_allowed",
    ],
    ["without TLS", TestSocket.open({ url, token, origin: "http://app.example.com" }), 403, "origin_not_allowed"],
    ["another port", TestSocket.open({ url, token, origin: "https://app.example.com:81" }), 403, "origin_not_allowed"],
  ];
  for (const [what, attempt, status, code] of cases) {
    const refused = await refusal(attempt);
    expect({ what, status: refused.status, code: refused.error.code }).toEqual({ what, status, code });
    expect(refused.error.remedy).not.toBe("");
  }

  for (const origin of ["https://app.example.com", `http://127.0.0.1:${gateway.port}`]) {
    await using allowed = await TestSocket.open({ url, token, origin });
    await allowed.first("WELCOME");
    const second = await refusal(TestSocket.open({ url, token }));
    expect(second.status).toBe(429);
    expect(second.error.code).toBe("too_many_sockets");
    await using somebodyElse = await gateway.connect("carol");
    await somebodyElse.first("WELCOME");
    await allowed.close();
  }
});

test("[CON-3] a client of another protocol version gets a close code that a browser can see", async () => {
  await using gateway = await startLiveGateway({}, { redis: false });
  const { token } = gateway.tokens.sign(gateway.identity("bob"));
  const ws = new WebSocket(`ws://127.0.0.1:${gateway.port}/ws/sync`, ["heliograph.v9", `bearer.${token}`]);
  const [code, reason] = (await once(ws, "close")) as [number, Buffer];
  expect({ code, reason: String(reason) }).toEqual({ code: 4400, reason: "this server speaks heliograph.v1" });
  expect(ws.protocol).toBe("heliograph.v9");
});

test("[CON-4] a token in the query is accepted where that is allowed", async () => {
  await using gateway = await startLiveGateway();
  const { token } = gateway.tokens.sign(gateway.identity("bob"));
  await using client = await TestSocket.open({ url: `ws://127.0.0.1:${gateway.port}/ws/sync?token=${token}` });
  await client.first("WELCOME");
  expect(client.subprotocol).toBe("");
});

test("[CON-9] the kill switch refuses upgrades and answers the GET alike, and leaves the rest alone", async () => {
  await using gateway = await startLiveGateway({ SYNC_ENABLED: "false" }, { redis: false });
  const refused = await refusal(gateway.connect("bob"));
  expect(refused.status).toBe(503);
  expect(refused.error.code).toBe("sync_disabled");
  expect(refused.headers["retry-after"]).toMatch(/^\d+$/);
  const asked = await fetch(`http://127.0.0.1:${gateway.port}/ws/sync`);
  expect(asked.status).toBe(503);
  expect(await asked.json()).toEqual({ error: refused.error });
  expect(gateway.pubsub.notReady).toBeUndefined();
});

test("[CON-2] GET without an upgrade reports what is wrong with a token", async () => {
  await using gateway = await startLiveGateway({}, { redis: false });
  const ask = async (authorization?: string): Promise<[number, string]> => {
    const answer = await fetch(`http://127.0.0.1:${gateway.port}/ws/sync`, {
      headers: authorization === undefined ? {} : { authorization },
    });
    return [answer.status, ((await answer.json()) as { error: { code: string } }).error.code];
  };
  const identity = gateway.identity("bob");
  expect(await ask()).toEqual([426, "upgrade_required"]);
  expect(await ask(`Bearer ${gateway.tokens.sign(identity).token}`)).toEqual([426, "upgrade_required"]);
  expect(await ask("Bearer nonsense")).toEqual([401, "unauthenticated"]);
  const expired = gateway.tokens.sign(identity, Date.now() - 86_400_000).token;
  expect(await ask(`Bearer ${expired}`)).toEqual([401, "token_expired"]);
});

test("health and metrics answer; unknown paths are 404", async () => {
  await using gateway = await startLiveGateway({}, { redis: false });
  const get = (path: string): Promise<Response> => fetch(`http://127.0.0.1:${gateway.port}${path}`);
  expect((await get("/healthz/live")).status).toBe(200);
  expect((await get("/healthz/ready")).status).toBe(200);
  await using client = await gateway.connect("bob");
  await client.subscribe("project", [], { within: [`tenant/${gateway.identity("bob").organizationId}`] });
  const metrics = await (await get("/metrics")).text();
  expect(metrics).toContain('heliograph_gateway_connections{service="gateway"} 1');
  expect(metrics).toContain('heliograph_gateway_subscriptions{service="gateway"} 1');
  expect((await get("/nowhere")).status).toBe(404);
});
