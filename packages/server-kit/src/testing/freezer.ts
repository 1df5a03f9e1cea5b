import { connect, createServer, type Socket } from "node:net";

export interface Freezer extends AsyncDisposable {
  /** Redis, by way of the freezer. */
  readonly url: string;
  freeze(now: boolean): void;
}

/** A way to Redis that can be made to swallow everything without closing: a frozen server, or a link cut without a word. */
export async function startFreezer(redisUrl: string): Promise<Freezer> {
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
    freeze: (now) => {
      frozen = now;
    },
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
