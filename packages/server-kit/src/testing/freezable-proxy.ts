import { connect, createServer, type Socket } from "node:net";

export interface FreezableProxy extends AsyncDisposable {
  /** URL of Redis through the proxy. */
  readonly url: string;
  freeze(frozen: boolean): void;
}

/** Starts a proxy to Redis that, while frozen, drops all data without closing: like a frozen server or a silently cut link. */
export async function startFreezableProxy(redisUrl: string): Promise<FreezableProxy> {
  const sockets = new Set<Socket>();
  let frozen = false;
  const { hostname, port: redisPort, protocol, pathname } = new URL(redisUrl);
  const server = createServer((near) => {
    const far = protocol === "unix:" ? connect(pathname) : connect(Number(redisPort || 6379), hostname);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.on("data", (data) => void (frozen || to.write(data)));
      from.on("error", () => undefined);
      from.on("close", () => {
        sockets.delete(from);
        to.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return {
    url: `redis://127.0.0.1:${typeof address === "object" ? address?.port : ""}`,
    freeze: (next) => {
      frozen = next;
    },
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
