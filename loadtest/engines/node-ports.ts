import http from "node:http";
import https from "node:https";
import { systemClock } from "@heliograph/shared/clock";
import { WebSocket } from "ws";
import type { HttpRequest, HttpResponse, Ports, SocketEvents, SocketRequest } from "../client/ports.ts";
import type { Recording } from "../report/recording.ts";

/** Concurrent requests per target. Beyond it the generator would measure its own connection queue. */
const maxRequests = 256;
/** A response that takes longer counts as missing, milliseconds. */
const requestTimeoutMs = 30_000;
/** Sockets per source address. The kernel has about 28 000 ports for connections from one address to one other. */
const socketsPerAddress = 20_000;

/** Ports of journeys that run in this process. */
interface NodePorts extends Ports, Disposable {}

const isLoopback = (url: URL): boolean => url.hostname === "127.0.0.1" || url.hostname === "localhost";

/**
 * Ports on `ws` and node:http, which cost a tenth of fetch: the generator shares its machine with what it measures.
 * Disposing them closes idle HTTP connections.
 */
export function createNodePorts(recording: Recording): NodePorts {
  // Date.now() has whole milliseconds, which is coarse for latencies of a few of them.
  const wallNow = (): number => performance.timeOrigin + performance.now();
  const agents = {
    "http:": new http.Agent({ keepAlive: true, maxSockets: maxRequests }),
    "https:": new https.Agent({ keepAlive: true, maxSockets: maxRequests }),
  };
  let opened = 0;

  const openSocket = ({ url, protocols, headers }: SocketRequest, events: SocketEvents) => {
    opened += 1;
    // The whole of 127.0.0.0/8 is loopback, so further source addresses need no setup.
    const lane = Math.floor(opened / socketsPerAddress);
    const localAddress = lane > 0 && isLoopback(new URL(url)) ? `127.0.0.${1 + (lane % 250)}` : undefined;
    const socket = new WebSocket(url, [...protocols], {
      perMessageDeflate: false,
      skipUTF8Validation: true,
      ...(headers && { headers: { ...headers } }),
      ...(localAddress && { localAddress }),
    });
    socket.on("open", () => events.onOpen());
    socket.on("message", (data: Buffer) => events.onText(data.toString("utf8")));
    socket.on("close", (code, reason) => events.onClose(code, reason.toString()));
    // "close" follows and is handled there.
    socket.on("error", () => undefined);
    return {
      send: (text: string) => {
        if (socket.readyState === WebSocket.OPEN) socket.send(text);
      },
      close: (code: number) => socket.close(code),
      pause: () => socket.pause(),
      resume: () => socket.resume(),
    };
  };

  const request = ({ method, url, headers, body }: HttpRequest): Promise<HttpResponse> =>
    new Promise((resolve) => {
      const fail = (): void => resolve({ status: 0, body: undefined });
      const { protocol } = new URL(url);
      const options = { method, headers: { ...headers }, timeout: requestTimeoutMs };
      const outgoing =
        protocol === "https:"
          ? https.request(url, { ...options, agent: agents["https:"] })
          : http.request(url, { ...options, agent: agents["http:"] });
      outgoing.on("error", fail);
      outgoing.on("timeout", () => outgoing.destroy());
      outgoing.on("response", (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", fail);
        response.on("end", () => resolve({ status: response.statusCode ?? 0, body: parsed(Buffer.concat(chunks)) }));
      });
      outgoing.end(body);
    });

  return {
    openSocket,
    request,
    wallNow,
    setTimer: systemClock.setTimer,
    random: Math.random,
    record: (metric, value, tags, at) => recording.add(metric, value, at ?? wallNow(), tags),
    [Symbol.dispose]: () => {
      for (const agent of Object.values(agents)) agent.destroy();
    },
  };
}

function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString("utf8"));
  } catch {
    return undefined;
  }
}
