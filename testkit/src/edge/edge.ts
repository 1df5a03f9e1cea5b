import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { Duplex } from "node:stream";
import { createProxyServer } from "httpxy";
import { Balancer, type Target } from "./balancer.ts";

/** One port in front of the gateways and the application, like a load balancer and a CDN in production. */
export interface Edge extends AsyncDisposable {
  readonly port: number;
  readonly url: string;
  /** Stops accepting connections and ends the open ones. */
  close(): Promise<void>;
}

/** Paths that go to the gateways; all others go to the application. */
const GATEWAY_PATHS = ["/api", "/ws", "/healthz", "/docs"];
/** Request headers that only a proxy in front of the edge may set. There is none, so they are removed. */
const FORWARDING_HEADERS = [
  "x-forwarded-for",
  "x-forwarded-host",
  "x-forwarded-port",
  "x-forwarded-proto",
  "forwarded",
];

const NO_GATEWAY = JSON.stringify({
  error: {
    code: "unavailable",
    message: "No gateway is available.",
    remedy: "Wait a moment and try again. The demo restarts a gateway that has exited.",
    requestId: null,
  },
});

function isForGateways(request: IncomingMessage): boolean {
  const path = (request.url ?? "/").split("?", 1)[0] ?? "/";
  return GATEWAY_PATHS.some((prefix) => path === prefix || path.startsWith(`${prefix}/`));
}

function answerNoGateway(response: ServerResponse): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  response.writeHead(503, { "content-type": "application/json", "retry-after": "1" }).end(NO_GATEWAY);
}

function refuseUpgrade(socket: Duplex): void {
  if (socket.destroyed) return;
  socket.end(
    `HTTP/1.1 503 Service Unavailable\r\ncontent-type: application/json\r\nretry-after: 1\r\nconnection: close\r\ncontent-length: ${Buffer.byteLength(NO_GATEWAY)}\r\n\r\n${NO_GATEWAY}`,
  );
}

/**
 * Starts the edge.
 * @param options.port 0: any free port; rejects with EADDRINUSE when the port is taken
 * @param options.targets returns the current gateways
 * @param options.serve answers requests that are not for a gateway
 */
export async function startEdge(options: {
  host: string;
  port: number;
  targets: () => readonly Target[];
  serve: (request: IncomingMessage, response: ServerResponse) => void;
  /** Upgrades that are not for a gateway, for example those of a development server. */
  serveUpgrade?: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
}): Promise<Edge> {
  const balancer = new Balancer(options.targets);
  // Responses of a gateway pass through unchanged, including refused upgrades with their body.
  const proxy = createProxyServer({ xfwd: true });
  // Without a listener the error of one request would end the process; each request handles its own error below.
  proxy.on("error", (_error, _request, response) => {
    if (response && "writeHead" in response) answerNoGateway(response);
    else response?.destroy();
  });
  const upgraded = new Set<Duplex>();

  const forward = async (request: IncomingMessage, response: ServerResponse) => {
    for (const name of FORWARDING_HEADERS) delete request.headers[name];
    const target = await balancer.forRequest();
    if (target === null) answerNoGateway(response);
    else await proxy.web(request, response, { target: target.url });
  };
  const forwardUpgrade = async (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    for (const name of FORWARDING_HEADERS) delete request.headers[name];
    const choice = await balancer.forSocket();
    if (choice === null) {
      refuseUpgrade(socket);
      return;
    }
    if (socket.destroyed) {
      choice.release();
      return;
    }
    socket.once("close", choice.release);
    await proxy.ws(request, socket as Socket, { target: choice.target.url }, head);
  };

  const server = createServer((request, response) => {
    if (isForGateways(request)) forward(request, response).catch(() => answerNoGateway(response));
    else options.serve(request, response);
  });
  server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    upgraded.add(socket);
    socket.once("close", () => upgraded.delete(socket));
    socket.on("error", () => socket.destroy());
    if (isForGateways(request)) forwardUpgrade(request, socket, head).catch(() => refuseUpgrade(socket));
    else if (options.serveUpgrade) options.serveUpgrade(request, socket, head);
    else socket.destroy();
  });
  server.listen({ host: options.host, port: options.port });
  await once(server, "listening");

  const { port } = server.address() as AddressInfo;
  const close = async () => {
    const closed = once(server, "close");
    server.close();
    server.closeAllConnections();
    for (const socket of upgraded) socket.destroy();
    await closed;
  };
  return { port, url: `http://127.0.0.1:${port}`, close, [Symbol.asyncDispose]: close };
}
