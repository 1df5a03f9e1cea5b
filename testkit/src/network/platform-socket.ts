/// <reference lib="dom" />
// The client is written for browsers; without the DOM types its sources do not compile in a Node program.
import type { SocketFactory } from "@heliograph/client";
import { subprotocolsWithToken } from "@heliograph/protocol";

/** Observes every frame of a client before the client or the socket handles it. Sockets are numbered. */
export interface FrameTap {
  readonly sent: (socket: number, frame: string) => void;
  readonly received: (socket: number, frame: string) => void;
  /** Returns an additional frame to deliver now, as a server of another version might send it. */
  readonly extra?: (() => string | undefined) | undefined;
}

let count = 0;

/** Opens Node's built-in WebSocket, which has the browser's API. `run` decides when its events reach the client. */
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
