import { once } from "node:events";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import type { Target } from "./balancer.ts";
import { type Edge, startEdge } from "./edge.ts";

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const release of undo.splice(0).reverse()) await release();
});

/** A gateway that answers every request with its own name and the request. */
async function fakeGateway(name: string): Promise<Target & { server: Server }> {
  const server = createServer(async (request, response) => {
    const body: Buffer[] = [];
    for await (const chunk of request) body.push(chunk as Buffer);
    const { method, url, headers } = request;
    response.end(JSON.stringify({ name, method, url, headers, body: Buffer.concat(body).toString() }));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  undo.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server };
}

async function edgeTo(...targets: Target[]): Promise<Edge> {
  const edge = await startEdge({
    host: "127.0.0.1",
    port: 0,
    targets: () => targets,
    serve: (_, response) => void response.end("page"),
  });
  undo.push(() => edge.close());
  return edge;
}

async function nameFrom(edge: Edge, init?: RequestInit): Promise<string> {
  const answer = await fetch(`${edge.url}/api/v1/task`, init);
  return ((await answer.json()) as { name: string }).name;
}

test("sends REST requests to the gateways round robin and other paths to the application", async () => {
  const edge = await edgeTo(await fakeGateway("a"), await fakeGateway("b"));
  expect([await nameFrom(edge), await nameFrom(edge), await nameFrom(edge)]).toEqual(["a", "b", "a"]);
  for (const path of ["/", "/project/1", "/apiary", "/wsx"])
    expect(await (await fetch(edge.url + path)).text()).toBe("page");
});

test("sends a request with a body to the other gateway when one is down", async () => {
  const [a, b] = [await fakeGateway("a"), await fakeGateway("b")];
  const edge = await edgeTo(a, b);
  a.server.close();
  await once(a.server, "close");
  for (let n = 0; n < 3; n++) expect(await nameFrom(edge, { method: "PATCH", body: "{}" })).toBe("b");
});

test("answers requests and upgrades with 503 and a reason when there is no gateway", async () => {
  const edge = await edgeTo();
  const answer = await fetch(`${edge.url}/api/v1/task`);
  expect(answer.status).toBe(503);
  expect(await answer.json()).toMatchObject({ error: { code: "unavailable" } });
  const socket = new WebSocket(`${edge.url.replace("http", "ws")}/ws/sync`);
  socket.on("error", () => undefined);
  const [, response] = (await once(socket, "unexpected-response")) as [unknown, IncomingMessage];
  expect(response.statusCode).toBe(503);
});

test("passes on the response of a gateway that refuses an upgrade unchanged", async () => {
  const gateway = await fakeGateway("a");
  const body = JSON.stringify({ error: { code: "sync_disabled" } });
  gateway.server.on("upgrade", (_, socket) => {
    socket.end(
      `HTTP/1.1 503 Service Unavailable\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`,
    );
  });
  const edge = await edgeTo(gateway);
  const socket = new WebSocket(`${edge.url.replace("http", "ws")}/ws/sync`);
  socket.on("error", () => undefined);
  const [, response] = (await once(socket, "unexpected-response")) as [unknown, IncomingMessage];
  expect(response.statusCode).toBe(503);
  const text = await response.toArray();
  expect(Buffer.concat(text).toString()).toBe(body);
});

test("sends sockets to the gateway with the fewest, with their subprotocol, and passes on the close code", async () => {
  const gateways = [await fakeGateway("a"), await fakeGateway("b")];
  const opened: WebSocket[][] = gateways.map(({ server }) => {
    const sockets: WebSocket[] = [];
    const sync = new WebSocketServer({ server, handleProtocols: () => "heliograph.v1" });
    sync.on("connection", (socket) => sockets.push(socket));
    return sockets;
  });
  const edge = await edgeTo(...gateways);
  const connect = async () => {
    const socket = new WebSocket(`${edge.url.replace("http", "ws")}/ws/sync`, ["heliograph.v1", "bearer.x"]);
    await once(socket, "open");
    return socket;
  };
  const clients = [await connect(), await connect(), await connect(), await connect()];
  expect(opened.map((sockets) => sockets.length)).toEqual([2, 2]);
  expect(clients[0]?.protocol).toBe("heliograph.v1");

  opened[1]?.[0]?.close(4001, "renew");
  const [code, reason] = (await once(clients[1] as WebSocket, "close")) as [number, Buffer];
  expect([code, String(reason)]).toEqual([4001, "renew"]);
});

test("ignores forwarding headers of clients, which could claim another address", async () => {
  const edge = await edgeTo(await fakeGateway("a"));
  const answer = await fetch(`${edge.url}/api/v1/task`, { headers: { "x-forwarded-for": "10.9.8.7" } });
  const { headers } = (await answer.json()) as { headers: Record<string, string> };
  expect(headers["x-forwarded-for"]).not.toContain("10.9.8.7");
});

test("closing ends open sockets and frees the port", async () => {
  const gateway = await fakeGateway("a");
  new WebSocketServer({ server: gateway.server });
  const edge = await edgeTo(gateway);
  const socket = new WebSocket(`${edge.url.replace("http", "ws")}/ws/sync`);
  await once(socket, "open");
  const closed = once(socket, "close");
  await edge.close();
  await closed;
  undo.pop();
  const again = await startEdge({ host: "127.0.0.1", port: edge.port, targets: () => [], serve: () => undefined });
  await again.close();
});
