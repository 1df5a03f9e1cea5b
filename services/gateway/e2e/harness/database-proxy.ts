import { once } from "node:events";
import { createConnection, createServer, type Server, type Socket } from "node:net";
import { anyFreePort } from "@heliograph/testkit/process/free-port";

/**
 * A TCP proxy between the services and PostgreSQL. While it is closed, PostgreSQL looks stopped: open connections end and
 * new ones are refused. A test can thus stop the database of its services while other tests use the same server.
 */
export class DatabaseProxy implements AsyncDisposable {
  readonly port: number;
  readonly #target: string;
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;

  private constructor(port: number, target: string) {
    this.port = port;
    this.#target = target;
  }

  /** A closed proxy to the server of `databaseUrl`, which must listen on a unix socket. */
  static async create(databaseUrl: string): Promise<DatabaseProxy> {
    const { searchParams, hostname, port } = new URL(databaseUrl);
    const folder = searchParams.get("host") ?? decodeURIComponent(hostname);
    if (!folder.startsWith("/")) throw new Error(`PostgreSQL does not listen on a unix socket: ${folder}`);
    return new DatabaseProxy(await anyFreePort(), `${folder}/.s.PGSQL.${searchParams.get("port") ?? (port || "5432")}`);
  }

  /** The URL of the same database through the proxy. */
  url(databaseUrl: string): string {
    const { username, pathname } = new URL(databaseUrl);
    return `postgresql://${username}@127.0.0.1:${this.port}${pathname}`;
  }

  async open(): Promise<void> {
    this.#server = createServer((client) => {
      const upstream = createConnection(this.#target);
      for (const [one, other] of [
        [client, upstream],
        [upstream, client],
      ] as const) {
        this.#sockets.add(one);
        one.on("close", () => {
          this.#sockets.delete(one);
          other.destroy();
        });
        one.on("error", () => other.destroy());
        one.pipe(other);
      }
    });
    this.#server.listen(this.port, "127.0.0.1");
    await once(this.#server, "listening");
  }

  /** Drops all data of open connections without closing them, like a firewall that lost their state. New ones work. */
  silence(): void {
    for (const socket of this.#sockets) socket.unpipe().resume();
  }

  async close(): Promise<void> {
    const server = this.#server;
    if (!server) return;
    this.#server = undefined;
    const closed = new Promise((resolve) => server.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
