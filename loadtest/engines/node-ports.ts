import http from "node:http";
import https from "node:https";
import { WebSocket } from "ws";
import type { HttpAnswer, HttpRequest, Ports, SocketEvents, SocketRequest } from "../client/ports.ts";
import type { Recording } from "../report/recording.ts";

/** Requests under way at once per target; more would measure the generator's own queue of connections. */
const maxRequests = 256;
/** An answer that takes longer is none, milliseconds. */
const requestTimeoutMs = 30_000;
/** The kernel has 28 000 ports for connections from one address to one other. */
const socketsPerAddress = 20_000;

/** Ports of journeys that run in this process. */
export interface NodePorts extends Ports, Disposable {}

const isLoopback = (url: URL): boolean => url.hostname === "127.0.0.1" || url.hostname === "localhost";

/** Ports on `ws` and node:http, which cost a tenth of fetch: the generator shares its machine with what it measures. */
export function createNodePorts(recording: Recording): NodePorts {
  const now = (): number => performance.timeOrigin + performance.now();
  const agents = {
    "http:": new http.Agent({ keepAlive: true, maxSockets: maxRequests }),
    "https:": new https.Agent({ keepAlive: true, maxSockets: maxRequests }),
  };
  let opened = 0;

  const openSocket = ({ url, protocols, headers }: SocketRequest, events: SocketEvents) => {
    opened += 1;
    // On the loopback further source addresses can be had for nothing.
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
    // Followed by "close", which is what counts.
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

  const request = ({ method, url, headers, body }: HttpRequest): Promise<HttpAnswer> =>
    new Promise((resolve) => {
      const failed = (): void => resolve({ status: 0, body: undefined });
      const { protocol } = new URL(url);
      const options = { method, headers: { ...headers }, timeout: requestTimeoutMs };
      const outgoing =
        protocol === "https:"
          ? https.request(url, { ...options, agent: agents["https:"] })
          : http.request(url, { ...options, agent: agents["http:"] });
      outgoing.on("error", failed);
      outgoing.on("timeout", () => outgoing.destroy());
      outgoing.on("response", (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", failed);
        response.on("end", () => resolve({ status: response.statusCode ?? 0, body: parsed(Buffer.concat(chunks)) }));
      });
      outgoing.end(body);
    });

  return {
    openSocket,
    request,
    now,
    after: (ms, act) => {
      const timer = setTimeout(act, ms);
      return () => clearTimeout(timer);
    },
    random: Math.random,
    record: (metric, value, tags, at) => recording.add(metric, value, at ?? now(), tags),
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
