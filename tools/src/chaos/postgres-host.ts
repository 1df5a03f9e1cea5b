import { randomBytes } from "node:crypto";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import pg from "pg";
import { postgresAccount } from "../postgres/account.ts";
import { preparePostgresBinaries } from "../postgres/binaries.ts";
import { ensureServiceLogins } from "../postgres/role-login.ts";
import { type PostgresPlace, type PostgresServer, startPostgres } from "../postgres/server.ts";
import {
  fastSettings,
  makeServerFolder,
  provideTemplates,
  socketUrl,
  templateDatabase,
} from "../postgres/template-cluster.ts";
import { anyFreePort } from "../process/free-port.ts";
import { stopChild } from "../process/stop-child.ts";

/**
 * An acknowledged commit must survive the death of the server's processes. That of the machine is not tried here, so the
 * kernel's page cache is durable enough and fsync may stay off.
 */
const settings = { ...fastSettings, synchronous_commit: "on", full_page_writes: "on" };
/** After kill -9 the shared memory belongs to the last processes for a moment. */
const RESTART_MS = 20_000;

/** A PostgreSQL on a port of 127.0.0.1 with passwords, which can be restarted and killed. */
export class PostgresHost implements AsyncDisposable {
  readonly port: number;
  /** Superuser URL of the database, not through any proxy. */
  readonly url: string;
  readonly #place: PostgresPlace;
  readonly #folder: string;
  #server: PostgresServer;

  private constructor(parts: {
    port: number;
    url: string;
    place: PostgresPlace;
    folder: string;
    server: PostgresServer;
  }) {
    this.port = parts.port;
    this.url = parts.url;
    this.#place = parts.place;
    this.#folder = parts.folder;
    this.#server = parts.server;
  }

  /** A server with the demo database. */
  static async start(): Promise<PostgresHost> {
    await using undo = new AsyncDisposableStack();
    const { folder, dataDirectory, socketFolder } = makeServerFolder(path.join(tmpdir(), `hg-${process.pid}-`));
    undo.defer(() => rmSync(folder, { recursive: true, force: true }));
    const place = { binaries: preparePostgresBinaries(), account: postgresAccount(), dataDirectory };
    const failure = await provideTemplates(place, socketFolder);
    if (failure !== null) throw failure;
    const password = randomBytes(16).toString("hex");
    await setPassword(place, socketFolder, password);
    const port = await anyFreePort();
    const server = undo.use(await startPostgres(place, { listen: { port }, settings }));
    const url = `postgresql://postgres:${password}@127.0.0.1:${port}/${templateDatabase.demo}`;
    await ensureServiceLogins(url);
    undo.move();
    return new PostgresHost({ port, url, place, folder, server });
  }

  /** Ends all sessions, writes everything, starts again. */
  async restart(downMs: number): Promise<void> {
    await this.#server.stop();
    await wait(downMs);
    await this.#startAgain();
  }

  /** kill -9, then recovery from the write-ahead log. */
  async crash(downMs: number): Promise<void> {
    await stopChild(this.#server.process, "SIGKILL", RESTART_MS);
    await wait(downMs);
    await this.#startAgain();
  }

  /** Stops or continues the server and all of its sessions, each of which leads a process group of its own. */
  signalAll(signal: "SIGSTOP" | "SIGCONT"): void {
    const { pid } = this.#server;
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ").map(Number);
    for (const one of [pid, ...children]) {
      try {
        process.kill(one, signal);
      } catch {
        // It ended meanwhile.
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #startAgain(): Promise<void> {
    for (const deadline = Date.now() + RESTART_MS; ; ) {
      try {
        this.#server = await startPostgres(this.#place, { listen: { port: this.port }, settings });
        return;
      } catch (error) {
        if (Date.now() > deadline) throw error;
        await wait(100);
      }
    }
  }
}

/** The templates trust whoever reaches their private socket; on a port everybody on the machine would. */
async function setPassword(place: PostgresPlace, socketFolder: string, password: string): Promise<void> {
  await using server = await startPostgres(place, { listen: { socketFolder }, settings });
  const client = new pg.Client(socketUrl(socketFolder, "postgres"));
  await client.connect();
  // ALTER ROLE takes no parameters; the password is hexadecimal, so it needs no quoting.
  await client.query(`alter role postgres password '${password}'`);
  await client.end();
  writeFileSync(path.join(place.dataDirectory, "pg_hba.conf"), "host all all 127.0.0.1/32 scram-sha-256\n");
  await server.stop();
}
