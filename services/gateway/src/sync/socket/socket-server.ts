import { type IncomingMessage, STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import { closeCodes, socketPath, subprotocol } from "@heliograph/protocol";
import type { Identity, Tokens } from "@heliograph/server-kit";
import { type WebSocket, WebSocketServer } from "ws";
import type { Connection, SocketPort } from "../connection/connection.ts";
import { defaultLimits } from "../connection/limits.ts";
import type { ConnectionManager } from "./connection-manager.ts";
import {
  type HandshakeRefusal,
  handshakeRefusals,
  handshakeToken,
  identify,
  isAllowedOrigin,
  isRefusal,
  refusalBody,
} from "./handshake.ts";

export interface SocketServerPorts {
  readonly tokens: Pick<Tokens, "verify">;
  readonly connections: ConnectionManager;
  readonly allowedOrigins: readonly string[];
  readonly tokenInQuery: boolean;
  readonly maxMessageBytes: number;
  readonly enabled: boolean;
  readonly ready: () => boolean;
  readonly onRefused: (code: string) => void;
}

/** Turns upgrade requests into connections. A refusal is an ordinary HTTP response before the handshake. */
export class SocketServer {
  readonly #ports: SocketServerPorts;
  readonly #server: WebSocketServer;

  constructor(ports: SocketServerPorts) {
    this.#ports = ports;
    this.#server = new WebSocketServer({
      noServer: true,
      clientTracking: true,
      // Compression costs 200 kB per socket once used, and frames of 100 bytes do not shrink.
      perMessageDeflate: false,
      maxPayload: ports.maxMessageBytes,
      // A browser sends a message in a few fragments at most; each costs 100 B beside its content.
      maxFragments: 256,
      maxBufferedChunks: 4096,
      // Pings are answered below, so that a flood of them is counted and answers do not pile up.
      autoPong: false,
      // Another version is accepted only to be closed with a code: a browser cannot see why a handshake failed.
      handleProtocols: (offered) => (offered.has(subprotocol) ? subprotocol : (otherVersion(offered) ?? false)),
    });
  }

  /** Listener for the HTTP server's "upgrade". */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    // A client that disconnects during the handshake must not cause an uncaught exception.
    const onError = (): void => {
      socket.destroy();
    };
    socket.on("error", onError);
    const answer = this.#admit(request);
    if (isRefusal(answer)) {
      this.#ports.onRefused(answer.code);
      refuse(socket, answer);
      return;
    }
    this.#server.handleUpgrade(request, socket, head, (ws) => {
      socket.off("error", onError);
      if (ws.protocol !== "" && ws.protocol !== subprotocol) refuseVersion(ws);
      else attach(ws, socket, answer, this.#ports.connections);
    });
  }

  /** Cuts off the remaining sockets. The HTTP server would otherwise wait for them forever. */
  terminateAll(): void {
    for (const ws of this.#server.clients) ws.terminate();
  }

  #admit(request: IncomingMessage): Identity | HandshakeRefusal {
    const { tokens, connections, allowedOrigins, tokenInQuery, enabled, ready } = this.#ports;
    const address = request.url ?? "/";
    if (!URL.canParse(address, "http://gateway")) return handshakeRefusals.notFound;
    const url = new URL(address, "http://gateway");
    if (url.pathname !== socketPath) return handshakeRefusals.notFound;
    if (!enabled) return handshakeRefusals.disabled;
    if (!ready()) return handshakeRefusals.notReady;
    if (!isAllowedOrigin(request.headers, allowedOrigins)) return handshakeRefusals.badOrigin;
    const token = handshakeToken({ url, headers: request.headers }, { inQuery: tokenInQuery });
    const identity = identify(() => tokens.verify(token));
    if (isRefusal(identity)) return identity;
    return connections.hasRoomFor(identity.personId) ? identity : handshakeRefusals.tooManySockets;
  }
}

function otherVersion(offered: ReadonlySet<string>): string | undefined {
  for (const name of offered) if (name.startsWith("heliograph.")) return name;
  return undefined;
}

function refuseVersion(ws: WebSocket): void {
  ws.on("error", ignore);
  ws.close(closeCodes.badMessage.code, `this server speaks ${subprotocol}`);
  setTimeout(() => ws.terminate(), defaultLimits.closeGraceMs).unref();
}

function refuse(socket: Duplex, refusal: HandshakeRefusal): void {
  const body = refusalBody(refusal);
  // end() closes our half only: a client that keeps its own half open would hold the connection, and a stop, forever.
  socket.once("finish", () => socket.destroy());
  socket.end(
    [
      `HTTP/1.1 ${refusal.status} ${STATUS_CODES[refusal.status]}`,
      "connection: close",
      "content-type: application/json; charset=utf-8",
      `content-length: ${Buffer.byteLength(body)}`,
      "cache-control: no-store",
      ...(refusal.retryAfter === undefined ? [] : [`retry-after: ${refusal.retryAfter}`]),
      "",
      body,
    ].join("\r\n"),
  );
}

/** Attaches listeners in the same turn as the handshake: a message right behind it would otherwise be lost. */
function attach(ws: WebSocket, raw: Duplex, identity: Identity, connections: ConnectionManager): void {
  const port: SocketPort = {
    get bufferedAmount() {
      return ws.bufferedAmount;
    },
    // Frames to a socket that is closing are dropped by ws; its "close" event follows.
    send: (text) => ws.send(text, ignore),
    ping: () => ws.ping(undefined, false, ignore),
    close: (code, reason) => ws.close(code, reason),
    terminate: () => ws.terminate(),
    pause: () => ws.pause(),
    resume: () => ws.resume(),
  };
  const connection: Connection = connections.open(identity, port);
  ws.on("message", (data: Buffer, isBinary) => connection.receive(isBinary ? null : data.toString("utf8")));
  ws.on("ping", (data) => {
    if (connection.receiveControl()) ws.pong(data, false, ignore);
  });
  ws.on("pong", () => connection.receiveControl());
  // Protocol violations: ws has sent the close code itself (1002, 1007, 1009).
  ws.on("error", ignore);
  ws.on("close", (code) => connections.closed(connection, code));
  raw.on("drain", () => connection.drained());
}

const ignore = (): void => undefined;
