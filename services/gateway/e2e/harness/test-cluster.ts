import { createTestDatabase, type TestDatabase } from "@heliograph/server-kit/testing";
import { type Cluster, startCluster } from "@heliograph/testkit/cluster/cluster";
import type { ServiceProcess } from "@heliograph/testkit/cluster/service-process";
import { TestSocket } from "@heliograph/testkit/socket/test-socket";
import { waitFor } from "@heliograph/testkit/wait/wait-for";
import type { Pool } from "pg";
import { afterAll, beforeAll, inject } from "vitest";
import { DatabaseProxy } from "./database-proxy.ts";
import { feedSettled } from "./feed-sequence.ts";
import { readMetric } from "./read-metric.ts";
import { RestClient } from "./rest-client.ts";
import { printServiceLogsOnFailure } from "./service-log.ts";

/** Demo users: alice (admin), bob and carol of Northwind; dave (admin) and erin of Contoso. */
export type User = "alice" | "bob" | "carol" | "dave" | "erin";

const emailOf = (user: User): string =>
  `${user}@${user === "dave" || user === "erin" ? "contoso" : "northwind"}.example`;

export interface ClusterOptions {
  /** false: no Redis. A URL: the test's own Redis. Default: the Redis of the test run. */
  readonly redis?: boolean | string;
  readonly gateways?: number;
  readonly watchers?: number;
  readonly env?: Readonly<Record<string, string>>;
  /** Connects the services to PostgreSQL through a proxy that the test can close. */
  readonly useDatabaseProxy?: boolean;
}

/** Gateway and watcher processes on their own database with the demo's rows. */
export class TestCluster implements AsyncDisposable {
  readonly database: TestDatabase;
  readonly services: Cluster;
  readonly #lines: Map<string, string[]>;
  readonly #databaseProxy: DatabaseProxy | undefined;
  readonly #sockets: TestSocket[] = [];
  readonly #clients = new Map<User, Promise<RestClient>>();

  private constructor(parts: {
    database: TestDatabase;
    services: Cluster;
    lines: Map<string, string[]>;
    databaseProxy: DatabaseProxy | undefined;
  }) {
    this.database = parts.database;
    this.services = parts.services;
    this.#lines = parts.lines;
    this.#databaseProxy = parts.databaseProxy;
  }

  static async start(options: ClusterOptions = {}): Promise<TestCluster> {
    const { redis = true, gateways = 2, watchers = 2, env = {}, useDatabaseProxy = false } = options;
    const redisUrl = redis === true ? inject("redisUrl") : redis || null;
    if (redis !== false && redisUrl === null) throw new Error("this test needs Redis: put redis-server on PATH");
    await using undo = new AsyncDisposableStack();
    const database = undo.use(await createTestDatabase({ template: "demo" }));
    const databaseProxy = useDatabaseProxy ? undo.use(await DatabaseProxy.create(database.url())) : undefined;
    await databaseProxy?.open();
    const databaseUrl = databaseProxy?.url(database.url()) ?? database.url();
    const lines = new Map<string, string[]>();
    const logSink = (name: string, line: string): void => void lines.set(name, [...(lines.get(name) ?? []), line]);
    const services = await startCluster({ databaseUrl, redisUrl, gateways, watchers, env, logSink });
    undo.move();
    return new TestCluster({ database, services, lines, databaseProxy });
  }

  /** @throws if the cluster was started without `useDatabaseProxy` */
  get databaseProxy(): DatabaseProxy {
    if (!this.#databaseProxy) throw new Error("the cluster was started without `useDatabaseProxy`");
    return this.#databaseProxy;
  }

  /** Log lines of a service by its name, including one that is not ready yet or has exited. */
  log(name: string): readonly string[] {
    return this.#lines.get(name) ?? [];
  }

  /** Superuser connections, to which row level security does not apply. */
  get sql(): Pool {
    return this.database.pool;
  }

  gateway(index: number): ServiceProcess {
    const found = this.services.gateways[index];
    if (!found) throw new RangeError(`gateway ${index} does not exist`);
    return found;
  }

  /** A REST client of a user at a gateway. Each user signs in once, because every gateway accepts the token. */
  async rest(user: User, gateway = 0): Promise<RestClient> {
    const { url } = this.gateway(gateway);
    const signedIn = this.#clients.get(user) ?? RestClient.login(url, emailOf(user));
    this.#clients.set(user, signedIn);
    return (await signedIn).at(url);
  }

  /** A socket of a user at a gateway. It is closed with the cluster at the latest. */
  async socket(user: User, gateway = 0): Promise<TestSocket> {
    const { token, url } = await this.rest(user, gateway);
    const socket = await TestSocket.connect({ url, token, name: `${user} at ${this.gateway(gateway).name}` });
    this.#sockets.push(socket);
    return socket;
  }

  /** Waits until exactly one watcher reports that it leads. */
  async leader(withinMs?: number): Promise<ServiceProcess> {
    return waitFor(
      "exactly one leading watcher",
      async () => {
        const leading: ServiceProcess[] = [];
        for (const watcher of this.services.watchers) if ((await leads(watcher)) === true) leading.push(watcher);
        return leading.length === 1 && leading[0];
      },
      withinMs,
    );
  }

  /** Waits until every gateway has applied every change so far, so that later signals come from later changes. */
  async settled(): Promise<void> {
    await feedSettled(this.sql);
    const { rows } = await this.sql.query<{ head: number }>("select head_seq::float8 as head from app.sync_state");
    const head = rows[0]?.head ?? 0;
    for (const gateway of this.services.gateways)
      await waitFor(`${gateway.name} has applied change ${head}`, async () => {
        return (await hasEnded(gateway)) || (await readMetric(gateway.url, "heliograph_gateway_feed_position")) >= head;
      });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#sockets.map((socket) => socket[Symbol.asyncDispose]()));
    try {
      await this.services.stop();
    } finally {
      await this.#databaseProxy?.close();
      await this.database[Symbol.asyncDispose]();
    }
  }
}

async function hasEnded({ exited }: ServiceProcess): Promise<boolean> {
  return Promise.race([exited.then(() => true), new Promise<boolean>((resolve) => setImmediate(resolve, false))]);
}

/** Whether a watcher leads; undefined if it does not answer because it was killed or frozen. */
export async function leads(watcher: ServiceProcess): Promise<boolean | undefined> {
  try {
    return (await readMetric(watcher.url, "heliograph_watcher_leading")) === 1;
  } catch {
    return undefined;
  }
}

/** Starts one cluster for all tests of the enclosing block. The returned function gives it inside a test. */
export function useTestCluster(options?: ClusterOptions): () => TestCluster {
  let started: TestCluster | undefined;
  beforeAll(async () => {
    started = await TestCluster.start(options);
  });
  afterAll(async () => {
    await started?.[Symbol.asyncDispose]();
  });
  printServiceLogsOnFailure(() => started?.services);
  return () => {
    if (!started) throw new Error("the cluster has not started");
    return started;
  };
}
