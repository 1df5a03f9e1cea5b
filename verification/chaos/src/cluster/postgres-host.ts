import { randomBytes } from "node:crypto";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type { SeededRandom } from "@heliograph/shared/seeded-random";
import { FaultProxy } from "@heliograph/testkit/network/fault-proxy";
import { postgresAccount } from "@heliograph/testkit/postgres/account";
import { preparePostgresBinaries } from "@heliograph/testkit/postgres/binaries";
import { ensureServiceLogins } from "@heliograph/testkit/postgres/role-login";
import { type PostgresPlace, type PostgresServer, startPostgres } from "@heliograph/testkit/postgres/server";
import { replicationSettings, type Standby, startStandby } from "@heliograph/testkit/postgres/standby";
import {
  fastSettings,
  makeServerFolder,
  provideTemplates,
  socketUrl,
  templateDatabase,
} from "@heliograph/testkit/postgres/template-cluster";
import { anyFreePort } from "@heliograph/testkit/process/free-port";
import { hasExited, stopChild } from "@heliograph/testkit/process/stop-child";
import pg from "pg";
import { SmallDisk } from "./small-disk.ts";

/**
 * An acknowledged commit must survive kill -9 of the server. A crash of the machine is not tested, so the kernel's page cache
 * is durable enough and fsync stays off.
 */
const settings = { ...fastSettings, ...replicationSettings, synchronous_commit: "on", full_page_writes: "on" };
/** Start attempts are repeated this long: after kill -9, remaining processes still hold the shared memory for a moment. */
const RESTART_MS = 20_000;
const CRASH_MS = 10_000;

/**
 * A PostgreSQL server with passwords that can be restarted, killed, run out of disk and replaced by a standby. Clients keep one
 * address: `port` is the port of the current primary.
 */
export class PostgresHost implements AsyncDisposable {
  /** Superuser URL of the database, past every injected fault. */
  readonly url: string;
  /** Null where no file system can be mounted. */
  readonly disk: SmallDisk | null;
  readonly #folder: string;
  readonly #front: FaultProxy;
  readonly #undo: AsyncDisposableStack;
  readonly #primary: Primary;
  #standbys = 0;

  private constructor(parts: {
    url: string;
    disk: SmallDisk | null;
    folder: string;
    front: FaultProxy;
    primary: Primary;
    undo: AsyncDisposableStack;
  }) {
    this.url = parts.url;
    this.disk = parts.disk;
    this.#folder = parts.folder;
    this.#front = parts.front;
    this.#primary = parts.primary;
    this.#undo = parts.undo;
  }

  /** Starts a server with the demo database, on its own disk when that is requested and possible. */
  static async start(random: SeededRandom, { ownDisk }: { ownDisk: boolean }): Promise<PostgresHost> {
    await using undo = new AsyncDisposableStack();
    const disk = ownDisk ? SmallDisk.mount() : null;
    if (disk !== null) undo.use(disk);
    const { folder, dataDirectory, socketFolder } = makeServerFolder(
      path.join(disk?.folder ?? tmpdir(), `hg-${process.pid}-`),
    );
    undo.defer(() => rmSync(folder, { recursive: true, force: true }));
    const place = { binaries: preparePostgresBinaries(), account: postgresAccount(), dataDirectory };
    const failure = await provideTemplates(place, socketFolder);
    if (failure !== null) throw failure;
    const password = randomBytes(16).toString("hex");
    await setPassword(place, socketFolder, password);
    const port = await anyFreePort();
    const primary: Primary = { place, port, server: await startPostgres(place, { listen: { port }, settings }) };
    undo.defer(async () => void (await primary.server.stop()));
    const front = undo.use(await FaultProxy.listen(() => primary.port, random));
    const url = `postgresql://postgres:${password}@127.0.0.1:${front.port}/${templateDatabase.demo}`;
    await ensureServiceLogins(url);
    return new PostgresHost({ url, disk, folder, front, primary, undo: undo.move() });
  }

  /** Port of the current primary itself, behind the stable address. */
  get port(): number {
    return this.#primary.port;
  }

  /** Fast shutdown (ends all sessions), then a start after `downMs`. */
  async restart(downMs: number): Promise<void> {
    await this.#primary.server.stop();
    await wait(downMs);
    await this.#restartServer();
  }

  /** kill -9, then recovery from the write-ahead log. */
  async crash(downMs: number): Promise<void> {
    await stopChild(this.#primary.server.process, "SIGKILL", RESTART_MS);
    await wait(downMs);
    await this.#restartServer();
  }

  /** Acts as a supervisor: starts the server again if it exited, as it does when recovery fails. */
  async supervise(): Promise<void> {
    if (hasExited(this.#primary.server.process)) await this.#restartServer();
  }

  /**
   * Starts a standby, lets it lag by `lagMs` (null: synchronous, so it has every acknowledged commit), kills the primary and
   * promotes the standby, which takes over the address.
   */
  async failOver({ lagMs }: { lagMs: number | null }): Promise<void> {
    const { place, server } = this.#primary;
    const standby = await this.#standby(lagMs === null);
    try {
      if (lagMs !== null) {
        await standby.fallBehind();
        await wait(lagMs);
      }
      await stopChild(server.process, "SIGKILL", RESTART_MS);
      await standby.promote();
    } catch (error) {
      await standby[Symbol.asyncDispose]();
      throw error;
    }
    this.#primary.place = standby.place;
    this.#primary.port = Number(new URL(standby.url("postgres")).port);
    this.#primary.server = standby.server;
    this.#front.cut();
    rmSync(place.dataDirectory, { recursive: true, force: true });
  }

  /** Stops or continues the server and all its session processes; each is in its own process group, so one signal does not reach all. */
  signalAll(signal: "SIGSTOP" | "SIGCONT"): void {
    const { pid } = this.#primary.server;
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ").map(Number);
    for (const one of [pid, ...children]) {
      try {
        process.kill(one, signal);
      } catch {
        // It has exited in the meantime.
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#undo.disposeAsync();
  }

  async #standby(synchronous: boolean): Promise<Standby> {
    const name = `standby_${++this.#standbys}`;
    return startStandby({
      primary: { place: this.#primary.place, url: `${this.url.slice(0, this.url.lastIndexOf("/"))}/postgres` },
      dataDirectory: path.join(this.#folder, name),
      listen: { port: await anyFreePort() },
      settings,
      name,
      synchronous,
    });
  }

  async #restartServer(): Promise<void> {
    for (const deadline = Date.now() + RESTART_MS; ; ) {
      const { place, port } = this.#primary;
      try {
        this.#primary.server = await startPostgres(place, { listen: { port }, settings });
        return;
      } catch (error) {
        if (Date.now() > deadline) throw error;
        await wait(100);
      }
    }
  }
}

/** The server that accepts writes now. */
interface Primary {
  place: PostgresPlace;
  port: number;
  server: PostgresServer;
}

/** Requires a password: the templates trust every connection on a private socket, and a TCP port is open to the whole machine. */
async function setPassword(place: PostgresPlace, socketFolder: string, password: string): Promise<void> {
  const server = await startPostgres(place, { listen: { socketFolder }, settings });
  try {
    const client = new pg.Client(socketUrl(socketFolder, "postgres"));
    await client.connect();
    // ALTER ROLE takes no parameters; the password is hexadecimal, so it needs no quoting.
    await client.query(`alter role postgres password '${password}'`);
    await client.end();
    const rules = ["all", "replication"].map((what) => `host ${what} all 127.0.0.1/32 scram-sha-256`);
    writeFileSync(path.join(place.dataDirectory, "pg_hba.conf"), `${rules.join("\n")}\n`);
  } finally {
    await stopChild(server.process, "SIGINT", CRASH_MS);
  }
}
