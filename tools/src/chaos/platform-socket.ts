/// <reference lib="dom" />
// The client is written for browsers; without their names its sources have no types in a program for Node.
import type { SocketFactory } from "@heliograph/client";
import { subprotocolsWithToken } from "@heliograph/protocol";

/** Sees every frame of a client, numbered by socket, before anybody else does. */
export interface FrameTap {
  readonly sent: (socket: number, frame: string) => void;
  readonly received: (socket: number, frame: string) => void;
}

/** Opens Node's own WebSocket, which is the browser's. */
export function tappedSocketFactory(tap: FrameTap): SocketFactory {
  let count = 0;
  return (url, token, handlers) => {
    const number = ++count;
    const socket = new WebSocket(url, subprotocolsWithToken(token));
    socket.addEventListener("open", () => handlers.opened());
    socket.addEventListener("message", (event: MessageEvent) => {
      if (typeof event.data !== "string") return;
      tap.received(number, event.data);
      handlers.received(event.data);
    });
    socket.addEventListener("close", (event: CloseEvent) => handlers.closed(event.code));
    return {
      send(text) {
        tap.sent(number, text);
        socket.send(text);
      },
      close: () => socket.close(1000),
    };
  };
}
