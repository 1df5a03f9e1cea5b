/// <reference lib="dom" />
// The client is written for browsers; without their names its sources have no types in a program for Node.
import type { SocketFactory } from "@heliograph/client";
import { subprotocolsWithToken } from "@heliograph/protocol";

/** Sees every frame of a client, numbered by socket, before anybody else does. */
export interface FrameTap {
  readonly sent: (socket: number, frame: string) => void;
  readonly received: (socket: number, frame: string) => void;
  /** A frame that a server of another version might send now. */
  readonly extra?: (() => string | undefined) | undefined;
}

let count = 0;

/** Opens Node's own WebSocket, which is the browser's. Its events reach the client when `run` runs them. */
export function tappedSocketFactory(tap: FrameTap, run: (event: () => void) => void): SocketFactory {
  return (url, token, handlers) => {
    const number = ++count;
    const socket = new WebSocket(url, subprotocolsWithToken(token));
    socket.addEventListener("open", () => run(() => handlers.opened()));
    socket.addEventListener("message", ({ data }: MessageEvent) => {
      if (typeof data !== "string") return;
      run(() => {
        tap.received(number, data);
        handlers.received(data);
        const more = tap.extra?.();
        if (more !== undefined) handlers.received(more);
      });
    });
    socket.addEventListener("close", (event: CloseEvent) => run(() => handlers.closed(event.code)));
    return {
      send(text) {
        tap.sent(number, text);
        socket.send(text);
      },
      close: () => socket.close(1000),
    };
  };
}
