import { createTestDatabase, type TestDatabase } from "@heliograph/server-kit/testing";
import { type Cluster, startCluster } from "@heliograph/testkit/cluster/cluster";
import type { ServiceProcess } from "@heliograph/testkit/cluster/service-process";
import { TestSocket } from "@heliograph/testkit/socket/test-socket";
import { waitFor } from "@heliograph/testkit/wait/wait-for";
import type { Pool } from "pg";
import { afterAll, beforeAll, inject } from "vitest";
import { DatabaseGate } from "./database-gate.ts";
import { feedSettled } from "./log-feed.ts";
import { metric } from "./metric.ts";
import { RestClient } from "./rest-client.ts";
import { tellServiceLogsOnFailure } from "./service-log.ts";

/** Demo users: alice (admin), bob and carol of Northwind; dave (admin) and erin of Contoso. */
export type User = "alice" | "bob" | "carol" | "dave" | "erin";

const emailOf = (user: User): string =>
  `${user}@${user === "dave" || user === "erin" ? "contoso" : "northwind"}.example`;

export type ClusterParts = {
  /** false: the tier without Redis. A URL: a Redis of the test's own. Default: the Redis of the test run. */
  readonly redis?: boolean | string;
  readonly gateways?: number;
  readonly watchers?: number;
  readonly env?: Readonly<Record<string, string>>;
  /** The services reach PostgreSQL through a gate that the test can shut. */
  readonly gated?: boolean;
};

/** A whole cluster of real processes on a database of its own with the demo's rows. */
export class TestCluster implements AsyncDisposable {
  readonly database: TestDatabase;
  readonly cluster: Cluster;
  readonly #lines: Map<string, string[]>;
  readonly #gate: DatabaseGate | undefined;
  readonly #sockets: TestSocket[] = [];
  readonly #clients = new Map<User, Promise<RestClient>>();

  private constructor(parts: {
    database: TestDatabase;
    cluster: Cluster;
    lines: Map<string, string[]>;
    gate: DatabaseGate | undefined;
  }) {
    this.database = parts.database;
    this.cluster = parts.cluster;
    this.#lines = parts.lines;
    this.#gate = parts.gate;
  }

  static async start(parts: ClusterParts = {}): Promise<TestCluster> {
    const { redis = true, gateways = 2, watchers = 2, env = {}, gated = false } = parts;
    const redisUrl = redis === true ? inject("redisUrl") : redis || null;
    if (redis !== false && redisUrl === null) throw new Error("no Redis for this test: put redis-server on PATH");
    await using undo = new AsyncDisposableStack();
    const database = undo.use(await createTestDatabase({ template: "demo" }));
    const gate = gated ? undo.use(await DatabaseGate.before(database.url())) : undefined;
    await gate?.open();
    const databaseUrl = gate?.url(database.url()) ?? database.url();
    const lines = new Map<string, string[]>();
    const logSink = (name: string, line: string): void => void lines.set(name, [...(lines.get(name) ?? []), line]);
    const cluster = await startCluster({ databaseUrl, redisUrl, gateways, watchers, env, logSink });
    undo.move();
    return new TestCluster({ database, cluster, lines, gate });
  }

  /** The gate of a gated cluster. */
  get gate(): DatabaseGate {
    if (!this.#gate) throw new Error("this cluster was not started with `gated`");
    return this.#gate;
  }

  /** Log lines of a service by its name, also of one that is not ready yet or has ended. */
  log(name: string): readonly string[] {
    return this.#lines.get(name) ?? [];
  }

  /** Superuser connections, outside of every right. */
  get sql(): Pool {
    return this.database.pool;
  }

  gateway(index: number): ServiceProcess {
    const found = this.cluster.gateways[index];
    if (!found) throw new RangeError(`no gateway ${index}`);
    return found;
  }

  /** A signed-in user at a gateway. Signs in once: the token is good for every gateway. */
  async rest(user: User, gateway = 0): Promise<RestClient> {
    const { url } = this.gateway(gateway);
    const signedIn = this.#clients.get(user) ?? RestClient.login(url, emailOf(user));
    this.#clients.set(user, signedIn);
    return (await signedIn).at(url);
  }

  /** A socket of a user at a gateway; closed at the end of the file at the latest. */
  async socket(user: User, gateway = 0): Promise<TestSocket> {
    const { token, url } = await this.rest(user, gateway);
    const socket = await TestSocket.connect({ url, token, name: `${user} at ${this.gateway(gateway).name}` });
    this.#sockets.push(socket);
    return socket;
  }

  /** The one watcher that says of itself that it leads. */
  async leader(withinMs?: number): Promise<ServiceProcess> {
    return waitFor(
      "exactly one leading watcher",
      async () => {
        const leading: ServiceProcess[] = [];
        for (const watcher of this.cluster.watchers) if ((await leads(watcher)) === true) leading.push(watcher);
        return leading.length === 1 && leading[0];
      },
      withinMs,
    );
  }

  /** Waits until every change so far has its number and was applied by every gateway: what is told next is news. */
  async settled(): Promise<void> {
    await feedSettled(this.sql);
    const { rows } = await this.sql.query<{ head: number }>("select head_seq::float8 as head from app.sync_state");
    const head = rows[0]?.head ?? 0;
    for (const gateway of this.cluster.gateways)
      await waitFor(`${gateway.name} has applied change ${head}`, async () => {
        return (await hasEnded(gateway)) || (await metric(gateway.url, "heliograph_gateway_feed_position")) >= head;
      });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#sockets.map((socket) => socket[Symbol.asyncDispose]()));
    try {
      await this.cluster.stop();
    } finally {
      await this.#gate?.shut();
      await this.database[Symbol.asyncDispose]();
    }
  }
}

async function hasEnded({ exited }: ServiceProcess): Promise<boolean> {
  return Promise.race([exited.then(() => true), new Promise<boolean>((resolve) => setImmediate(resolve, false))]);
}

/** Whether a watcher leads; undefined when it does not answer, because it was killed or frozen. */
export async function leads(watcher: ServiceProcess): Promise<boolean | undefined> {
  try {
    return (await metric(watcher.url, "heliograph_watcher_leading")) === 1;
  } catch {
    return undefined;
  }
}

/** One cluster for all tests of the enclosing block; call the answer inside a test. */
export function useTestCluster(parts?: ClusterParts): () => TestCluster {
  let started: TestCluster | undefined;
  beforeAll(async () => {
    started = await TestCluster.start(parts);
  });
  afterAll(async () => {
    await started?.[Symbol.asyncDispose]();
  });
  tellServiceLogsOnFailure(() => started?.cluster);
  return () => {
    if (!started) throw new Error("the cluster has not started");
    return started;
  };
}
