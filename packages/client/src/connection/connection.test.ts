import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { WebSocketServer } from "ws";
import { createHeliograph } from "../core/client.ts";
import type { SyncState } from "../status/sync-status.ts";
import { createTestClient } from "../testing/test-client.ts";
import { closeReason } from "./close-reason.ts";
import { createProbe } from "./probe.ts";

test("[G2] a link that does not answer a PING is replaced", async () => {
  const { client, server, clock } = createTestClient();
  server.pingIntervalMs = 1_000;
  client.start();
  await clock.advance(10);
  expect(client.status().state).toBe("connected");
  await clock.advance(10_000); // idle, but PINGs are answered
  expect(server.sockets).toHaveLength(1);
  server.autoFlush = false; // the network loses every message
  await clock.advance(1_600);
  expect(client.status().state).toBe("connecting");
  server.autoFlush = true;
  await clock.advance(2_000);
  expect(server.sockets).toHaveLength(2);
  expect(client.status().state).toBe("connected");
  client.stop();
  expect(clock.timers).toBe(0);
});

test("without a network there is no attempt to connect until the device is online again", async () => {
  const { client, server, clock, device } = createTestClient();
  client.start();
  await clock.advance(10);
  device.emit("offline");
  expect(client.status()).toMatchObject({ state: "offline", reason: "This device has no network." });
  await clock.advance(120_000);
  expect(server.sockets).toHaveLength(1);
  device.emit("online");
  await clock.advance(10);
  expect(client.status().state).toBe("connected");
  client.stop();
});

test("events of a replaced socket are ignored", async () => {
  const { client, server, clock } = createTestClient();
  client.start();
  await clock.advance(10);
  const [first] = server.sockets;
  server.drop();
  await clock.advance(5_000);
  first?.handlers.closed(4403);
  first?.handlers.received('{"type":"GONE"}');
  expect(client.status().state).toBe("connected");
  client.stop();
});

test("frames that are not messages are ignored with a warning", async () => {
  const { client, server, clock, warnings } = createTestClient();
  client.start();
  await clock.advance(10);
  for (const frame of ["{", "5", "null", '{"type":7}']) server.socket?.handlers.received(frame);
  server.socket?.handlers.received('{"type":"FROM_THE_FUTURE"}');
  expect(warnings).toHaveLength(4);
  expect(client.status().state).toBe("connected");
  client.stop();
});

test("the probe distinguishes the kill switch, a refused token and a temporary failure", async () => {
  const { signal } = new AbortController();
  const ask = (status: number, code: string) =>
    createProbe(async () => Response.json({ error: { code, message: "given by the server" } }, { status }))(
      "ws://s/x",
      "t",
      signal,
    );
  expect(await ask(426, "upgrade_required")).toEqual({ kind: "reachable" });
  expect(await ask(503, "sync_disabled")).toEqual({ kind: "disabled", reason: "given by the server" });
  expect(await ask(503, "unavailable")).toEqual({ kind: "unavailable", reason: "given by the server" });
  expect(await ask(401, "token_expired")).toEqual({ kind: "unauthenticated", reason: "given by the server" });
  expect(await ask(403, "forbidden")).toEqual({ kind: "forbidden", reason: "given by the server" });
  expect(await ask(403, "origin_not_allowed")).toEqual({ kind: "forbidden", reason: closeReason(4403) });
  const dead = createProbe(() => Promise.reject(new TypeError("fetch failed")));
  expect(await dead("ws://s/x", null, signal)).toMatchObject({ kind: "unavailable" });
});

test("[CON-1] over a real socket: token as subprotocol, reconnect after a restart, reason of a refusal", async () => {
  let disabled = false;
  const offered: string[] = [];
  const http = createServer((request, response) => {
    const code = disabled ? "sync_disabled" : "upgrade_required";
    response.writeHead(disabled ? 503 : 426, { "content-type": "application/json" });
    response.end(JSON.stringify({ error: { code, message: `${request.headers.authorization}` } }));
  });
  const sockets = new WebSocketServer({ noServer: true });
  http.on("upgrade", (request, socket, head) => {
    if (disabled) return socket.end("HTTP/1.1 503 Service Unavailable\r\n\r\n");
    offered.push(String(request.headers["sec-websocket-protocol"]));
    sockets.handleUpgrade(request, socket, head, (accepted) => {
      const limits = { maxMessageBytes: 65_536, maxIdsPerMessage: 1_000, maxSubscriptions: 10_000 };
      const payload = { connectionId: "c", cursor: "0", limits, pingIntervalMs: 30_000 };
      accepted.send(JSON.stringify({ type: "WELCOME", payload }));
    });
  });
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  const address = `127.0.0.1:${(http.address() as AddressInfo).port}`;
  const client = createHeliograph({
    url: `ws://${address}/ws/sync`,
    apiUrl: `http://${address}/api/v1`,
    getToken: () => "my-token",
    random: () => 0,
  });
  const state = (): SyncState => client.status().state;
  try {
    client.start();
    await expect.poll(state).toBe("connected");
    expect(offered).toEqual(["heliograph.v1, bearer.my-token"]);
    for (const socket of sockets.clients) socket.close(1012);
    await expect.poll(() => offered.length).toBe(2);
    await expect.poll(state).toBe("connected");
    disabled = true;
    for (const socket of sockets.clients) socket.close(1012);
    await expect.poll(state).toBe("disabled");
    expect(client.status().reason).toBe("Bearer my-token");
  } finally {
    client.stop();
    for (const socket of sockets.clients) socket.terminate();
    http.closeAllConnections();
    await new Promise((resolve) => http.close(resolve));
  }
});
