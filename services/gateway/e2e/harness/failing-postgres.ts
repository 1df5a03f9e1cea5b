import { once } from "node:events";
import { renameSync, symlinkSync } from "node:fs";
import path from "node:path";
import { type ScratchServer, startScratchServer } from "@heliograph/testkit/postgres/scratch-server";
import { type PostgresServer, startPostgres } from "@heliograph/testkit/postgres/server";
import { replicationSettings, type Standby, startStandby } from "@heliograph/testkit/postgres/standby";

const database = "heliograph_demo";

/**
 * A PostgreSQL server that can crash and be replaced by its standby under the same address, like a managed database with
 * failover. fsync stays off, because the kernel's page cache outlives the processes.
 */
export class FailingPostgres implements AsyncDisposable {
  readonly #primary: ScratchServer;
  #server: PostgresServer;
  #standby: Standby | undefined;

  private constructor(primary: ScratchServer) {
    this.#primary = primary;
    this.#server = primary.server;
  }

  static async start(): Promise<FailingPostgres> {
    const primary = await startScratchServer({
      ...replicationSettings,
      synchronous_commit: "on",
      full_page_writes: "on",
    });
    const postgres = new FailingPostgres(primary);
    postgres.#pointTo(primary.socketFolder);
    return postgres;
  }

  /** Superuser URL of the demo database on the current primary. */
  get url(): string {
    const url = new URL(this.#primary.url(database));
    url.searchParams.set("host", this.#address);
    return url.href;
  }

  /** Like `pg_ctl restart -m immediate`: aborts without a checkpoint, then recovers from the write-ahead log. */
  async restartImmediately(): Promise<void> {
    await this.#crash();
    const { place, socketFolder, settings } = this.#primary;
    this.#server = await startPostgres(place, { listen: { socketFolder }, settings: { ...settings } });
  }

  async addStandby(options: { synchronous: boolean }): Promise<Standby> {
    const { place, folder, settings, url } = this.#primary;
    this.#standby = await startStandby({
      primary: { place, url: url("postgres") },
      dataDirectory: path.join(folder, "copy"),
      listen: { socketFolder: path.join(folder, "t") },
      settings,
      ...options,
    });
    return this.#standby;
  }

  /** Crashes the primary and promotes the standby under the primary's address. */
  async failOver(): Promise<void> {
    if (!this.#standby) throw new Error("no standby was added");
    await this.#crash();
    await this.#standby.promote();
    this.#pointTo(path.join(this.#primary.folder, "t"));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#standby?.[Symbol.asyncDispose]();
    await this.#server.stop();
    await this.#primary[Symbol.asyncDispose]();
  }

  get #address(): string {
    return path.join(this.#primary.folder, "current");
  }

  async #crash(): Promise<void> {
    const exited = once(this.#server.process, "exit");
    this.#server.process.kill("SIGQUIT");
    await exited;
  }

  /** Replaces the symbolic link by a rename, so that the address exists at every moment. */
  #pointTo(socketFolder: string): void {
    const next = `${this.#address}.next`;
    symlinkSync(socketFolder, next);
    renameSync(next, this.#address);
  }
}
