import { subprotocolsWithToken } from "@heliograph/protocol/subprotocol";

/** Close code that ends the session: the server drops it and its subscriptions at once. */
export const endSessionCode = 1000;
/**
 * Close code that keeps the session, which the next socket resumes. Browsers let a page close only with 1000 or 3000-4999,
 * and 1000 would end the session.
 */
export const movedCode = 4410;

/** The part of a WebSocket that the connection uses. The WebSockets of browsers and of Node.js fit. */
export interface Socket {
  send(text: string): void;
  close(code: number): void;
  /** Whether this is a link to the leader tab and not a socket to the server. Its session cannot be resumed. */
  readonly relayed?: boolean;
}

export interface SocketHandlers {
  opened(): void;
  received(text: string): void;
  /** Called once, also after an error. */
  closed(code: number): void;
}

export type SocketFactory = (url: string, token: string, handlers: SocketHandlers) => Socket;

/** Opens the platform's WebSocket. The token is sent as a subprotocol: in the URL it would be written to access logs. */
export const webSocketFactory: SocketFactory = (url, token, handlers) => {
  const socket = new WebSocket(url, subprotocolsWithToken(token));
  socket.addEventListener("open", () => handlers.opened());
  socket.addEventListener("message", (event: MessageEvent) => {
    if (typeof event.data === "string") handlers.received(event.data);
  });
  // An "error" event has no details and is always followed by "close".
  socket.addEventListener("close", (event: CloseEvent) => handlers.closed(event.code));
  return {
    send: (text) => socket.send(text),
    close: (code) => socket.close(code),
  };
};

/** Resolves a path to an address on the host of the page. */
export function resolveSocketUrl(url: string): string {
  if (typeof location === "undefined" || /^wss?:/.test(url)) return url;
  return new URL(url, location.href).href.replace(/^http/, "ws");
}
