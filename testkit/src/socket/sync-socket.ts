import { once } from "node:events";
import { type DownMessage, socketPath, subprotocolsWithToken, type UpMessage } from "@heliograph/protocol";
import { WebSocket } from "ws";
import { RefusedUpgrade } from "./refused-upgrade.ts";

/** How a socket ended. */
export interface SocketEnd {
  readonly code: number;
  readonly reason: string;
}

export interface SyncSocketOptions {
  /** http or ws URL of a gateway. Its path and query are kept; without a path, the protocol's path is used. */
  readonly url: string;
  /** Token, sent in the subprotocols as browsers do unless `tokenIn` is "query". Undefined: no token is sent. */
  readonly token?: string | undefined;
  /** `subprotocol` as in browsers, `query` as with wscat. */
  readonly tokenIn?: "subprotocol" | "query";
  /** Replaces the protocol's own subprotocols, to offer a version that no server supports. */
  readonly subprotocols?: readonly string[];
  /** Origin header, as browsers send it; other programs send none. */
  readonly origin?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Offers compression, which the server refuses. */
  readonly compression?: boolean;
  /** Longest wait for the server's answer to the upgrade, milliseconds. */
  readonly handshakeTimeoutMs?: number;
}

function addressOf({ url, token, tokenIn }: SyncSocketOptions): URL {
  const address = new URL(url.replace(/^http/, "ws"));
  if (address.pathname === "/") address.pathname = socketPath;
  if (token !== undefined && tokenIn === "query") address.searchParams.set("token", token);
  return address;
}

/**
 * A WebSocket that speaks the protocol, for tests and benchmarks. It does not store messages; `TestSocket` does.
 */
export class SyncSocket implements Disposable {
  /** Rejects with `RefusedUpgrade` when the server answers the upgrade with a normal HTTP response. */
  readonly opened: Promise<void>;
  readonly closed: Promise<SocketEnd>;
  readonly #socket: WebSocket;

  /** Starts to connect. */
  constructor(options: SyncSocketOptions) {
    const { token, tokenIn = "subprotocol", origin, headers, compression = false, handshakeTimeoutMs } = options;
    const own = token !== undefined && tokenIn === "subprotocol" ? subprotocolsWithToken(token) : [];
    const socket = new WebSocket(addressOf(options), [...(options.subprotocols ?? own)], {
      perMessageDeflate: compression,
      ...(origin === undefined ? {} : { origin }),
      ...(headers === undefined ? {} : { headers }),
      ...(handshakeTimeoutMs === undefined ? {} : { handshakeTimeout: handshakeTimeoutMs }),
    });
    this.#socket = socket;
    // A killed gateway resets the connection; "close" follows every error.
    socket.on("error", () => undefined);
    this.closed = once(socket, "close").then(([code, reason]) => ({ code: code as number, reason: String(reason) }));
    this.opened = new Promise((resolve, reject) => {
      socket.once("open", resolve);
      socket.once("error", reject);
      socket.once("close", (code, reason) => reject(new Error(`closed before it was open: ${code} ${String(reason)}`)));
      socket.once("unexpected-response", (_request, response) => {
        RefusedUpgrade.from(response).then(reject, reject);
      });
    });
    // Callers that do not await `opened` learn of a failure from `closed`.
    this.opened.catch(() => undefined);
  }

  /** The subprotocol that the server chose. */
  get subprotocol(): string {
    return this.#socket.protocol;
  }

  /** Extensions that the server agreed to; empty without compression. */
  get extensions(): string {
    return this.#socket.extensions;
  }

  get isClosed(): boolean {
    return this.#socket.readyState === WebSocket.CLOSED;
  }

  onMessage(listener: (message: DownMessage) => void): void {
    this.#socket.on("message", (data) => listener(JSON.parse(String(data)) as DownMessage));
  }

  send(message: UpMessage): void {
    this.sendRaw(JSON.stringify(message));
  }

  /** Sends a raw frame, for messages that no client should send. */
  sendRaw(frame: string | Buffer): void {
    this.#socket.send(frame);
  }

  /** Stops reading from the network: messages stay in the kernel buffers and then at the server. */
  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  close(code: number): void {
    this.#socket.close(code);
  }

  /** Breaks the connection without a close frame, so that the session can be resumed. */
  terminate(): void {
    this.#socket.terminate();
  }

  [Symbol.dispose](): void {
    this.terminate();
  }
}
