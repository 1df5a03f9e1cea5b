import { setTimeout as wait } from "node:timers/promises";
import { loadConfig, Tokens, tokenConfig } from "@heliograph/server-kit";
import { type Cluster, startCluster } from "@heliograph/testkit/cluster/cluster";
import type { ServiceProcess } from "@heliograph/testkit/cluster/service-process";
import { startScratchServer } from "@heliograph/testkit/postgres/scratch-server";
import { templateDatabase } from "@heliograph/testkit/postgres/template-cluster";
import { findRedis } from "@heliograph/testkit/redis/find-redis";
import { startRedis } from "@heliograph/testkit/redis/server";
import pg from "pg";
import type { World } from "../plan/scenario.ts";
import type { Action } from "../plan/workload.ts";
import { type LoadWorld, makeLoadWorld, untilFeedIsQuiet } from "./dataset.ts";
import type { Observed, Site } from "./deployment.ts";
import { badTokensFrom } from "./invalid-tokens.ts";
import { gaugeOf } from "./metrics-page.ts";

/** As a database in earnest: what commits survives. */
const durable = {
  fsync: "on",
  synchronous_commit: "on",
  full_page_writes: "on",
  wal_level: "replica",
  max_wal_size: "4GB",
};
/** Rows of sockets that have left are gone after this at the latest, milliseconds. */
const cleanupWithinMs = 20_000;
/** A leader is found within this time, or something is wrong, milliseconds. */
const leaderWithinMs = 20_000;
/** Pause between two looks at something that is awaited, milliseconds. */
const lookMs = 250;
/** When a token was made whose time is over. */
const longAgo = Date.UTC(2024, 0, 1);

/** A cluster of this machine and its database. */
export interface Ground extends AsyncDisposable {
  readonly cluster: Cluster;
  readonly pool: pg.Pool;
}

/** Starts two gateways and two watchers, on servers that exist already or on own ones: PostgreSQL with durability, Redis. */
export async function startGround(
  options: {
    readonly env?: Readonly<Record<string, string>> | undefined;
    readonly servers?: { readonly databaseUrl: string; readonly redisUrl: string | null };
  } = {},
): Promise<Ground> {
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

/** A cluster on this machine with full access to it, and people and rows of one run. */
export class LocalSite implements Site {
  readonly cluster: Cluster;
  readonly pool: pg.Pool;
  readonly world: LoadWorld;
  readonly facts: Site["facts"];
  readonly users: Site["users"];
  readonly #undo: AsyncDisposable | undefined;
  readonly #ports: readonly number[];

  private constructor(parts: { ground: Ground; world: LoadWorld; undo: AsyncDisposable | undefined }) {
    const { ground, world, undo } = parts;
    const { cluster, pool } = ground;
    this.cluster = cluster;
    this.pool = pool;
    this.world = world;
    this.#undo = undo;
    this.#ports = cluster.gateways.map(({ port }) => port);
    const tokens = new Tokens(loadConfig(tokenConfig, cluster.settings));
    const sign = (person: LoadWorld["people"][number], now?: number): string => {
      const organizationId = world.organizations[person.tenant] ?? "";
      return tokens.sign({ personId: person.personId, organizationId }, now).token;
    };
    this.users = world.people.map((person) => ({ token: sign(person), tenant: person.tenant }));
    const [first] = world.people;
    this.facts = {
      targets: cluster.gateways.map(({ url }) => ({ http: url, ws: `${url.replace(/^http/, "ws")}/ws/sync` })),
      tenants: world.tenants,
      sharedClock: true,
      entityCode: "task",
      column: "description",
      badTokens: first ? badTokensFrom(sign(first), sign(first, longAgo)) : [],
    };
  }

  /** A ground of its own, which ends with it. */
  static async start(options: {
    run: string;
    world: World;
    env?: Readonly<Record<string, string>> | undefined;
  }): Promise<LocalSite> {
    await using undo = new AsyncDisposableStack();
    const ground = undo.use(await startGround({ env: options.env }));
    const world = await settle(ground, options);
    return new LocalSite({ ground, world, undo: undo.move() });
  }

  /** On a ground that others use as well. */
  static async on(ground: Ground, options: { run: string; world: World }): Promise<LocalSite> {
    return new LocalSite({ ground, world: await settle(ground, options), undo: undefined });
  }

  get rows(): readonly string[] {
    return this.world.rows;
  }

  observed(): readonly Observed[] {
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

  async act(action: Action["name"], signal: AbortSignal): Promise<void> {
    if (action === "kill-leader") return this.#killLeader(signal);
    // One after the other on the same port, as a load balancer would hide it: the next one only when this one is ready.
    for (const port of this.#ports) {
      await this.cluster.gateways.find((gateway) => gateway.port === port && isRunning(gateway))?.stop();
      await this.cluster.add("gateway", { port });
    }
  }

  async #killLeader(signal: AbortSignal): Promise<void> {
    // On a machine that stands still for seconds the lease changes hands: for a moment nobody may lead.
    for (const giveUp = Date.now() + leaderWithinMs; Date.now() < giveUp; ) {
      signal.throwIfAborted();
      for (const watcher of this.cluster.watchers.filter(isRunning)) {
        if ((await gaugeOf(`${watcher.url}/metrics`, "heliograph_watcher_leading")) !== 1) continue;
        await watcher.kill("SIGKILL");
        await this.cluster.add("watcher");
        return;
      }
      await wait(lookMs);
    }
    throw new Error("No watcher leads, so none can be killed.");
  }

  async leftovers(): Promise<number | null> {
    const people = this.world.people.map(({ personId }) => personId);
    const left = async (): Promise<number> => {
      const { rows } = await this.pool.query<{ left: number }>(
        `select ((select count(*) from app.rxdb_session where user_id = any($1::uuid[]))
               + (select count(*) from app.rxdb_subscription where user_id = any($1::uuid[])))::int as left`,
        [people],
      );
      return rows[0]?.left ?? 0;
    };
    const deadline = Date.now() + cleanupWithinMs;
    let count = await left();
    while (count > 0 && Date.now() < deadline) {
      await wait(lookMs);
      count = await left();
    }
    return count;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#undo?.[Symbol.asyncDispose]();
  }
}

const isRunning = ({ process }: ServiceProcess): boolean => process.exitCode === null && process.signalCode === null;

async function settle({ pool }: Ground, { run, world }: { run: string; world: World }): Promise<LoadWorld> {
  const made = await makeLoadWorld(pool, run, world);
  await untilFeedIsQuiet(pool);
  return made;
}

async function startServers(undo: AsyncDisposableStack): Promise<{ databaseUrl: string; redisUrl: string }> {
  const server = undo.use(await startScratchServer(durable));
  if (server.failure !== null) throw server.failure;
  const found = await findRedis();
  if (found.program === null) throw new Error(`A local run needs Redis: ${found.reason}`);
  const redis = undo.use(await startRedis(found.program));
  return { databaseUrl: server.url(templateDatabase.suite), redisUrl: redis.url };
}
