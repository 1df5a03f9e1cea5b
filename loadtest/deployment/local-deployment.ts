import { loadConfig, Tokens, tokenConfig } from "@heliograph/server-kit";
import { sleep } from "@heliograph/shared/sleep";
import { type Cluster, startCluster } from "@heliograph/testkit/cluster/cluster";
import type { ServiceProcess } from "@heliograph/testkit/cluster/service-process";
import { startScratchServer } from "@heliograph/testkit/postgres/scratch-server";
import { templateDatabase } from "@heliograph/testkit/postgres/template-cluster";
import { hasExited } from "@heliograph/testkit/process/stop-child";
import { findRedis } from "@heliograph/testkit/redis/find-redis";
import { startRedis } from "@heliograph/testkit/redis/server";
import pg from "pg";
import type { DatasetSize } from "../plan/scenario.ts";
import type { Action } from "../plan/workload.ts";
import { createDataset, type Dataset, waitForEmptyBacklog } from "./dataset.ts";
import type { Deployment, ObservedService } from "./deployment.ts";
import { invalidTokensFrom } from "./invalid-tokens.ts";
import { readMetric } from "./metrics-page.ts";
import { waitForCleanup } from "./wait-for-cleanup.ts";

/** Durability as in production: a committed transaction survives a crash. */
const durable = {
  fsync: "on",
  synchronous_commit: "on",
  full_page_writes: "on",
  wal_level: "replica",
  max_wal_size: "4GB",
};
/** Longest wait for a watcher to lead, milliseconds. */
const leaderTimeoutMs = 20_000;
/** Interval at which a condition is checked, milliseconds. */
const pollIntervalMs = 250;
/** Issue time of the expired token. */
const longAgo = Date.UTC(2024, 0, 1);

/** A cluster on this machine and its database. */
export interface LocalCluster extends AsyncDisposable {
  readonly cluster: Cluster;
  readonly pool: pg.Pool;
}

/** Starts two gateways and two watchers. Without `servers` it also starts Redis and a PostgreSQL with full durability. */
export async function startLocalCluster(
  options: {
    readonly env?: Readonly<Record<string, string>> | undefined;
    readonly servers?: { readonly databaseUrl: string; readonly redisUrl: string | null };
  } = {},
): Promise<LocalCluster> {
  await using undo = new AsyncDisposableStack();
  const { databaseUrl, redisUrl } = options.servers ?? (await startServers(undo));
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 8 });
  pool.on("error", () => undefined);
  undo.defer(() => pool.end());
  const { env } = options;
  const cluster = undo.use(await startCluster({ databaseUrl, redisUrl, ...(env && { env }) }));
  const all = undo.move();
  return { cluster, pool, [Symbol.asyncDispose]: () => all.disposeAsync() };
}

/** A cluster on this machine, with access to its database and processes, and with a dataset for one run. */
export class LocalDeployment implements Deployment {
  readonly cluster: Cluster;
  readonly pool: pg.Pool;
  readonly facts: Deployment["facts"];
  readonly users: Deployment["users"];
  readonly #dataset: Dataset;
  readonly #undo: AsyncDisposable | undefined;
  readonly #gatewayPorts: readonly number[];

  private constructor(parts: { localCluster: LocalCluster; dataset: Dataset; undo: AsyncDisposable | undefined }) {
    const { localCluster, dataset, undo } = parts;
    const { cluster, pool } = localCluster;
    this.cluster = cluster;
    this.pool = pool;
    this.#dataset = dataset;
    this.#undo = undo;
    this.#gatewayPorts = cluster.gateways.map(({ port }) => port);
    const tokens = new Tokens(loadConfig(tokenConfig, cluster.settings));
    const sign = (person: Dataset["people"][number], now?: number): string => {
      const organizationId = dataset.organizations[person.tenant] ?? "";
      return tokens.sign({ personId: person.personId, organizationId }, now).token;
    };
    this.users = dataset.people.map((person) => ({ token: sign(person), tenant: person.tenant }));
    const [first] = dataset.people;
    this.facts = {
      targets: cluster.gateways.map(({ url }) => ({ http: url, ws: `${url.replace(/^http/, "ws")}/ws/sync` })),
      tenants: dataset.tenants,
      sharedClock: true,
      entityCode: "task",
      column: "description",
      invalidTokens: first ? invalidTokensFrom(sign(first), sign(first, longAgo)) : [],
    };
  }

  /** Starts a cluster of its own, which is stopped when the deployment is disposed of. */
  static async start(options: {
    run: string;
    dataset: DatasetSize;
    env?: Readonly<Record<string, string>> | undefined;
  }): Promise<LocalDeployment> {
    await using undo = new AsyncDisposableStack();
    const localCluster = undo.use(await startLocalCluster({ env: options.env }));
    const dataset = await prepareDataset(localCluster, options);
    return new LocalDeployment({ localCluster, dataset, undo: undo.move() });
  }

  /** Uses a cluster that others use as well. */
  static async on(
    localCluster: LocalCluster,
    options: { run: string; dataset: DatasetSize },
  ): Promise<LocalDeployment> {
    const dataset = await prepareDataset(localCluster, options);
    return new LocalDeployment({ localCluster, dataset, undo: undefined });
  }

  get rows(): readonly string[] {
    return this.#dataset.rows;
  }

  services(): readonly ObservedService[] {
    return [...this.cluster.gateways, ...this.cluster.watchers]
      .filter(isRunning)
      .map(({ name, kind, url }) => ({ name, kind, metricsUrl: `${url}/metrics` }));
  }

  async lagMs(): Promise<number | null> {
    const { rows } = await this.pool.query<{ lag: number | null }>(
      `select (extract(epoch from clock_timestamp() - min(created_ts)) * 1000)::float8 as lag
         from app.logging where sync_status = 'pending' and action <> 0`,
    );
    return rows[0]?.lag ?? 0;
  }

  async perform(action: Action["name"], signal: AbortSignal): Promise<void> {
    if (action === "kill-leader") return this.#killLeader(signal);
    // In sequence and on the same ports, as behind a load balancer: `add` resolves when the new gateway is ready.
    for (const port of this.#gatewayPorts) {
      await this.cluster.gateways.find((gateway) => gateway.port === port && isRunning(gateway))?.stop();
      await this.cluster.add("gateway", { port });
    }
  }

  async #killLeader(signal: AbortSignal): Promise<void> {
    // There may be no leader for a moment: when the machine stalls for seconds, the lease changes hands.
    for (const deadline = Date.now() + leaderTimeoutMs; Date.now() < deadline; ) {
      signal.throwIfAborted();
      for (const watcher of this.cluster.watchers.filter(isRunning)) {
        if ((await readMetric(`${watcher.url}/metrics`, "heliograph_watcher_leading")) !== 1) continue;
        await watcher.kill("SIGKILL");
        await this.cluster.add("watcher");
        return;
      }
      await sleep(pollIntervalMs);
    }
    throw new Error(`kill-leader failed: no watcher was leading within ${leaderTimeoutMs / 1000} s.`);
  }

  async countLeftovers(): Promise<number | null> {
    const people = this.#dataset.people.map(({ personId }) => personId);
    const count = async (): Promise<number> => {
      const { rows } = await this.pool.query<{ count: number }>(
        `select ((select count(*) from app.rxdb_session where user_id = any($1::text[]))
               + (select count(*) from app.rxdb_subscription where user_id = any($1::text[])))::int as count`,
        [people],
      );
      return rows[0]?.count ?? 0;
    };
    return waitForCleanup(count, pollIntervalMs);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#undo?.[Symbol.asyncDispose]();
  }
}

const isRunning = ({ process }: ServiceProcess): boolean => !hasExited(process);

async function prepareDataset(
  { pool }: LocalCluster,
  { run, dataset }: { run: string; dataset: DatasetSize },
): Promise<Dataset> {
  const created = await createDataset(pool, run, dataset);
  await waitForEmptyBacklog(pool);
  return created;
}

async function startServers(undo: AsyncDisposableStack): Promise<{ databaseUrl: string; redisUrl: string }> {
  const server = undo.use(await startScratchServer(durable));
  if (server.failure !== null) throw server.failure;
  const found = await findRedis();
  if (found.program === null) throw new Error(`A local run needs Redis: ${found.reason}`);
  const redis = undo.use(await startRedis(found.program));
  return { databaseUrl: server.url(templateDatabase.suite), redisUrl: redis.url };
}
