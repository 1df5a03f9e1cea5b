import { tmpdir } from "node:os";
import path from "node:path";
import type { SeededRandom } from "@heliograph/shared/seeded-random";
import { type ServiceKind, type ServiceProcess, startService } from "@heliograph/testkit/cluster/service-process";
import { sumOfMetric } from "@heliograph/testkit/metrics/metrics-text";
import { FaultProxy } from "@heliograph/testkit/network/fault-proxy";
import { roleUrl } from "@heliograph/testkit/postgres/role-login";

/** One gateway or watcher with its own proxies to PostgreSQL and Redis. The process can be ended and started again. */
export class ServiceSlot implements AsyncDisposable {
  readonly name: string;
  readonly kind: ServiceKind;
  readonly database: FaultProxy;
  readonly redis: FaultProxy;
  readonly #env: Readonly<Record<string, string>>;
  readonly #logSink: (name: string, line: string) => void;
  #service: ServiceProcess | null = null;
  #frozen = false;
  #ending = false;
  #crashes = 0;

  private constructor(parts: {
    name: string;
    kind: ServiceKind;
    database: FaultProxy;
    redis: FaultProxy;
    env: Readonly<Record<string, string>>;
    logSink: (name: string, line: string) => void;
  }) {
    this.name = parts.name;
    this.kind = parts.kind;
    this.database = parts.database;
    this.redis = parts.redis;
    this.#env = parts.env;
    this.#logSink = parts.logSink;
  }

  static async start(options: {
    name: string;
    kind: ServiceKind;
    /** Superuser URL. The service connects through its proxies to the ports below. */
    databaseUrl: string;
    /** Asked for each connection, because the primary may change. */
    databasePort: () => number;
    redisPort: number;
    env: Readonly<Record<string, string>>;
    random: SeededRandom;
    logSink: (name: string, line: string) => void;
  }): Promise<ServiceSlot> {
    const { name, kind, random, logSink } = options;
    await using undo = new AsyncDisposableStack();
    const database = undo.use(await FaultProxy.listen(options.databasePort, random));
    const redis = undo.use(await FaultProxy.listen(() => options.redisPort, random));
    const url = new URL(roleUrl(options.databaseUrl, `heliograph_${kind}`));
    url.port = String(database.port);
    // Services start many times; without the compile cache most of that time goes into compiling the same sources.
    const cache = { NODE_COMPILE_CACHE: path.join(tmpdir(), "heliograph-compile-cache") };
    const env = { ...options.env, ...cache, DATABASE_URL: url.href, REDIS_URL: `redis://127.0.0.1:${redis.port}` };
    const slot = undo.use(new ServiceSlot({ name, kind, database, redis, env, logSink }));
    await slot.start();
    undo.move();
    return slot;
  }

  /** Port that a balancer with health checks would choose now; null while the service is frozen, ending or down. */
  get port(): number | null {
    return this.#frozen || this.#ending ? null : (this.#service?.port ?? null);
  }

  /** How often the process exited on its own. */
  get crashes(): number {
    return this.#crashes;
  }

  get pid(): number | null {
    return this.#service?.pid ?? null;
  }

  /** Starts the process. `env` overrides the usual settings for this start alone. */
  async start(env: Readonly<Record<string, string>> = {}): Promise<void> {
    const { name, kind } = this;
    const service = await startService({
      name,
      kind,
      port: 0,
      env: { ...this.#env, ...env },
      logSink: this.#logSink,
    });
    this.#service = service;
    this.#ending = false;
    void service.exited.then(() => {
      if (this.#service !== service) return;
      this.#service = null;
      if (!this.#ending) this.#crashes += 1;
    });
  }

  /** Acts as a supervisor: starts the process again if it has exited. */
  async supervise(): Promise<void> {
    if (this.#service === null) await this.start();
  }

  /** Ends the process: SIGKILL at once, SIGTERM gracefully. */
  async end(signal: "SIGKILL" | "SIGTERM"): Promise<void> {
    const service = this.#service;
    if (service === null) return;
    this.#ending = true;
    if (signal === "SIGTERM") await service.stop();
    else await service.kill("SIGKILL");
    this.#service = null;
  }

  freeze(): void {
    this.#frozen = true;
    this.#service?.process.kill("SIGSTOP");
  }

  thaw(): void {
    this.#frozen = false;
    this.#service?.process.kill("SIGCONT");
  }

  /** Sends a signal to the process, if there is one. */
  signal(signal: NodeJS.Signals): void {
    this.#service?.process.kill(signal);
  }

  /** Value of one metric, summed over all matching labels; null when the service does not answer. */
  async metric(name: string, labels?: RegExp): Promise<number | null> {
    if (this.#service === null) return null;
    try {
      const answer = await fetch(`${this.#service.url}/metrics`, { signal: AbortSignal.timeout(1_000) });
      return sumOfMetric(await answer.text(), name, labels);
    } catch {
      return null;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#frozen) this.thaw();
    await this.end("SIGTERM");
    await this.database[Symbol.asyncDispose]();
    await this.redis[Symbol.asyncDispose]();
  }
}
