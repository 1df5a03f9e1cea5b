import { subprotocolsWithToken } from "@heliograph/protocol/subprotocol";

/** What the driver needs of a WebSocket. The browser's and Node's own both fit. */
export type Socket = {
  send(text: string): void;
  close(): void;
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
    close: () => socket.close(1000),
  };
};
