import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { WebSocket, WebSocketServer } from "ws";

/** A WebSocket proxy in front of a gateway that drops some signals, as a faulty product would. */
export interface LossyProxy extends AsyncDisposable {
  /** For example "ws://127.0.0.1:40123". */
  readonly url: string;
  readonly lost: () => number;
}

/** Starts a proxy that drops every n-th INVALIDATE and forwards everything else. */
export async function startLossyProxy(targetUrl: string, every: number): Promise<LossyProxy> {
  const server = new WebSocketServer({
    port: 0,
    host: "127.0.0.1",
    handleProtocols: (offered) => [...offered][0] ?? false,
  });
  await once(server, "listening");
  let signals = 0;
  let lost = 0;
  server.on("connection", (near, request) => {
    const offered = request.headers["sec-websocket-protocol"]?.split(",").map((name) => name.trim()) ?? [];
    const far = new WebSocket(targetUrl, offered);
    const early: string[] = [];
    near.on("message", (data) => {
      if (far.readyState === WebSocket.OPEN) far.send(String(data));
      else early.push(String(data));
    });
    far.on("open", () => {
      for (const text of early) far.send(text);
    });
    far.on("message", (data) => {
      const text = String(data);
      if (text.startsWith('{"type":"INVALIDATE"') && ++signals % every === 0) lost += 1;
      else near.send(text);
    });
    for (const socket of [near, far]) socket.on("error", () => undefined);
    near.on("close", () => far.close(1000));
    far.on("close", () => near.close(1000));
  });
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`,
    lost: () => lost,
    [Symbol.asyncDispose]: async () => {
      for (const socket of server.clients) socket.terminate();
      server.close();
      await once(server, "close");
    },
  };
}
