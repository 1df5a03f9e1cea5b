import { subprotocolsWithToken } from "@heliograph/protocol/subprotocol";

/** Says goodbye: the server forgets the session and its subscriptions at once. */
export const goodbyeCode = 1000;
/**
 * Leaves the socket but not the session, which the next one resumes. Browsers let a page close with 1000 or 3000-4999
 * only, and 1000 would be a goodbye.
 */
export const movedCode = 4410;

/** What the driver needs of a WebSocket. The browser's and Node's own both fit. */
export type Socket = {
  send(text: string): void;
  close(code: number): void;
  /** Not a socket to the server but a link to another tab that has one: its session cannot be resumed. */
  readonly relayed?: boolean;
};

export type SocketHandlers = {
  opened(): void;
  received(text: string): void;
  /** Called once, also after an error. */
  closed(code: number): void;
};

export type SocketFactory = (url: string, token: string, handlers: SocketHandlers) => Socket;

/** Opens the platform's own WebSocket. The token travels as a subprotocol: in the URL it would end up in access logs. */
export const webSocketFactory: SocketFactory = (url, token, handlers) => {
  const socket = new WebSocket(url, subprotocolsWithToken(token));
  socket.addEventListener("open", () => handlers.opened());
  socket.addEventListener("message", (event: MessageEvent) => {
    if (typeof event.data === "string") handlers.received(event.data);
  });
  // An "error" carries nothing and is always followed by "close".
  socket.addEventListener("close", (event: CloseEvent) => handlers.closed(event.code));
  return {
    send: (text) => socket.send(text),
    close: (code) => socket.close(code),
  };
};

/** A path becomes an address on the host of the page. */
export function resolveSocketUrl(url: string): string {
  if (typeof location === "undefined" || /^wss?:/.test(url)) return url;
  return new URL(url, location.href).href.replace(/^http/, "ws");
}
