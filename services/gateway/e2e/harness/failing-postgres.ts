import { once } from "node:events";
import { renameSync, symlinkSync } from "node:fs";
import path from "node:path";
import { type ScratchServer, startScratchServer } from "@heliograph/testkit/postgres/scratch-server";
import { type PostgresServer, startPostgres } from "@heliograph/testkit/postgres/server";
import { replicationSettings, type Standby, startStandby } from "@heliograph/testkit/postgres/standby";

const database = "heliograph_demo";

/**
 * A PostgreSQL of the test's own behind an address that stays the same, which can crash and be replaced by its standby: to
 * the services it is a managed database that fails over. The kernel's page cache outlives the processes, so fsync stays off.
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
    const made = new FailingPostgres(primary);
    made.#pointTo(primary.socketFolder);
    return made;
  }

  /** Superuser URL of the demo database on whichever server is the primary. */
  get url(): string {
    const url = new URL(this.#primary.url(database));
    url.searchParams.set("host", this.#address);
    return url.href;
  }

  /** What `pg_ctl restart -m immediate` does: no goodbye, no checkpoint, then recovery from the write-ahead log. */
  async restartImmediately(): Promise<void> {
    await this.#die();
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

  /** The primary dies, the standby takes its place and its address. */
  async failOver(): Promise<void> {
    if (!this.#standby) throw new Error("there is no standby");
    await this.#die();
    await this.#standby.promote();
    this.#pointTo(path.join(this.#primary.folder, "t"));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#standby?.[Symbol.asyncDispose]();
    await this.#server.stop();
    await this.#primary[Symbol.asyncDispose]();
  }

  get #address(): string {
    return path.join(this.#primary.folder, "now");
  }

  async #die(): Promise<void> {
    const gone = once(this.#server.process, "exit");
    this.#server.process.kill("SIGQUIT");
    await gone;
  }

  /** Replaced by a rename, so that there is no moment without an address. */
  #pointTo(socketFolder: string): void {
    const next = `${this.#address}.next`;
    symlinkSync(socketFolder, next);
    renameSync(next, this.#address);
  }
}
