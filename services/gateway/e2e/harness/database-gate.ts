import { createConnection, createServer, type Server, type Socket } from "node:net";
import { freePort, listen } from "./free-port.ts";

/**
 * A door between the services and their PostgreSQL. Shut, it is a stopped server to them: every connection ends and new
 * ones are refused. So a test can stop and start "its" database while other tests use the same server.
 */
export class DatabaseGate implements AsyncDisposable {
  readonly port: number;
  readonly #target: string;
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;

  private constructor(port: number, target: string) {
    this.port = port;
    this.#target = target;
  }

  /** A gate in front of the server of `databaseUrl` (on a unix socket); it starts shut. */
  static async before(databaseUrl: string): Promise<DatabaseGate> {
    const { searchParams, hostname, port } = new URL(databaseUrl);
    const folder = searchParams.get("host") ?? decodeURIComponent(hostname);
    if (!folder.startsWith("/")) throw new Error(`not a PostgreSQL on a unix socket: ${folder}`);
    return new DatabaseGate(await freePort(), `${folder}/.s.PGSQL.${searchParams.get("port") ?? (port || "5432")}`);
  }

  /** The same database through the gate. */
  url(databaseUrl: string): string {
    const { username, pathname } = new URL(databaseUrl);
    return `postgresql://${username}@127.0.0.1:${this.port}${pathname}`;
  }

  async open(): Promise<void> {
    this.#server = createServer((near) => {
      const far = createConnection(this.#target);
      for (const [one, other] of [
        [near, far],
        [far, near],
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
    await listen(this.#server, this.port);
  }

  /**
   * Silences all open connections without closing them, as when a firewall forgets them. New connections pass.
   */
  silence(): void {
    for (const socket of this.#sockets) socket.unpipe().resume();
  }

  async shut(): Promise<void> {
    const server = this.#server;
    if (!server) return;
    this.#server = undefined;
    const closed = new Promise((resolve) => server.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.shut();
  }
}
