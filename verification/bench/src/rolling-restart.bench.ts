/**
 * Question: what does a rolling restart of all gateways cost, with thousands of sockets?
 *
 * Setup: three gateways, two watchers, Redis, PostgreSQL, light clients that speak the protocol as the SDK does, and some
 * clients with the whole SDK. Changes continue at a low rate. One gateway after another gets SIGTERM, exits and is replaced;
 * a balancer sends its clients to other gateways, where they resume. Counted are RESETs, the time from SIGTERM to each
 * RESUMED, the gateways' statements by kind (from the log of PostgreSQL), and clients that miss the last version of a row.
 *
 *     npm run bench -- rolling-restart --sockets 2000 --sdk 20 --rate 20
 */
import { setTimeout as wait } from "node:timers/promises";
import { parseArgs } from "node:util";
import { createHeliograph, type Heliograph } from "@heliograph/client";
import { demoUsers } from "@heliograph/db";
import { loadConfig, Tokens, tokenConfig } from "@heliograph/server-kit";
import { SeededRandom } from "@heliograph/shared/seeded-random";
import { type Cluster, startCluster } from "@heliograph/testkit/cluster/cluster";
import type { ServiceProcess } from "@heliograph/testkit/cluster/service-process";
import { Histogram } from "@heliograph/testkit/histogram";
import { FaultProxy } from "@heliograph/testkit/network/fault-proxy";
import { tappedSocketFactory } from "@heliograph/testkit/network/platform-socket";
import { startScratchServer } from "@heliograph/testkit/postgres/scratch-server";
import { templateDatabase } from "@heliograph/testkit/postgres/template-cluster";
import { findRedis } from "@heliograph/testkit/redis/find-redis";
import { startRedis } from "@heliograph/testkit/redis/server";
import pg from "pg";
import { LightClient } from "./light-client.ts";
import { causedByReconnect, countByKind } from "./statement-kinds.ts";
import { StatementLog, statementLogging } from "./statement-log.ts";
import { atSteadyRate } from "./steady-rate.ts";

const GATEWAYS = 3;
const TASKS_PER_SOCKET = 10;
/** Sockets opened at the same time; the start is not measured. */
const OPENED_AT_ONCE = 50;
/** Length of the baseline: statements of the gateways while no client reconnects. */
const QUIET_S = 10;
const SETTLE_MS = 30_000;
const RESUME_TARGET_MS = 10_000;

/** A row that is changed and held. */
interface Task {
  id: string;
  organization_id: string;
}

async function readTasks(pool: pg.Pool): Promise<Task[]> {
  const { rows } = await pool.query<Task>(
    "select id, organization_id from app.task where not is_private and project_id in (select id from app.project where not is_private) order by id",
  );
  return rows;
}

/** Chooses among the gateways that accept sockets, round robin. */
class Balancer {
  readonly #ports = new Set<number>();
  #turn = 0;

  constructor(ports: readonly number[]) {
    for (const port of ports) this.#ports.add(port);
  }

  add(port: number): void {
    this.#ports.add(port);
  }

  remove(port: number): void {
    this.#ports.delete(port);
  }

  readonly choose = (): number | null => {
    const ports = [...this.#ports];
    return ports[this.#turn++ % Math.max(1, ports.length)] ?? null;
  };
}

/** A client with the whole SDK, and how often it received RESUMED and RESET. */
interface SdkClient extends AsyncDisposable {
  readonly sdk: Heliograph;
  readonly received: { resumed: number; reset: number };
}

async function startSdkClient(balancer: Balancer, token: string, ids: readonly string[]): Promise<SdkClient> {
  const link = await FaultProxy.listen(balancer.choose, new SeededRandom(1));
  const received = { resumed: 0, reset: 0 };
  const tap = {
    sent: () => undefined,
    received: (_socket: number, frame: string) => {
      if (frame.startsWith('{"type":"RESUMED"')) received.resumed += 1;
      if (frame.startsWith('{"type":"RESET"')) received.reset += 1;
    },
  };
  const sdk = createHeliograph({
    url: `ws://127.0.0.1:${link.port}/ws/sync`,
    apiUrl: `http://127.0.0.1:${link.port}/api/v1`,
    getToken: () => token,
    openSocket: tappedSocketFactory(tap, (event) => event()),
  });
  sdk.subscribe("task", ids);
  sdk.start();
  return {
    sdk,
    received,
    async [Symbol.asyncDispose]() {
      sdk.stop();
      await link[Symbol.asyncDispose]();
    },
  };
}

async function until(condition: () => boolean | Promise<boolean>, timeoutMs: number): Promise<boolean> {
  for (const deadline = Date.now() + timeoutMs; Date.now() < deadline; await wait(50))
    if (await condition()) return true;
  return false;
}

async function start(values: { sockets: number; sdk: number }, statements: StatementLog, undo: AsyncDisposableStack) {
  const server = undo.use(await startScratchServer(statementLogging, statements.line));
  if (server.failure !== null) throw server.failure;
  const found = await findRedis();
  if (found.program === null) throw new Error(`This benchmark needs Redis: ${found.reason}`);
  const redis = undo.use(await startRedis(found.program));
  const databaseUrl = server.url(templateDatabase.demo);
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 4 });
  undo.defer(() => pool.end());
  const env = { MAX_SOCKETS_PER_USER: "100000" };
  const cluster = undo.use(await startCluster({ databaseUrl, redisUrl: redis.url, gateways: GATEWAYS, env }));
  const tokens = new Tokens(loadConfig(tokenConfig, cluster.settings));
  const tasks = await readTasks(pool);
  const balancer = new Balancer(cluster.gateways.map(({ port }) => port));
  const userAndRows = (n: number) => {
    const user = demoUsers[n % demoUsers.length] as (typeof demoUsers)[number];
    const own = tasks.filter((task) => task.organization_id === user.organizationId);
    const ids = Array.from({ length: TASKS_PER_SOCKET }, (_, i) => (own[(n * 7 + i) % own.length] as Task).id);
    return { token: tokens.sign(user).token, ids };
  };
  const light = Array.from({ length: values.sockets }, (_, n) => {
    return undo.use(new LightClient({ ...userAndRows(n), entityCode: "task", choosePort: balancer.choose }));
  });
  for (let n = 0; n < light.length; n += OPENED_AT_ONCE)
    await Promise.all(light.slice(n, n + OPENED_AT_ONCE).map((client) => client.start()));
  const sdk: SdkClient[] = [];
  for (let n = 0; n < values.sdk; n++) {
    const { token, ids } = userAndRows(n);
    sdk.push(undo.use(await startSdkClient(balancer, token, ids)));
  }
  await until(() => sdk.every((client) => client.sdk.status().state === "connected"), SETTLE_MS);
  return { pool, cluster, tasks, balancer, light, sdk };
}

/** Sum of one metric over these gateways since their start. */
async function sumOfMetrics(gateways: readonly ServiceProcess[], name: string, label: string): Promise<number> {
  let sum = 0;
  for (const { url } of gateways) {
    const text = await (await fetch(`${url}/metrics`)).text();
    for (const line of text.split("\n"))
      if (line.startsWith(name) && line.includes(label)) sum += Number(line.slice(line.lastIndexOf(" ") + 1));
  }
  return sum;
}

async function roll(cluster: Cluster, balancer: Balancer) {
  const goneAt = new Map<number, number>();
  const replays = { log: 0, ring: 0 };
  const fresh: ServiceProcess[] = [];
  const count = async (gateways: readonly ServiceProcess[]) => {
    for (const source of ["log", "ring"] as const)
      replays[source] += await sumOfMetrics(gateways, "heliograph_gateway_replays_total", `source="${source}"`);
  };
  for (const gateway of [...cluster.gateways]) {
    balancer.remove(gateway.port);
    // Read before it stops: its counters, for clients of the gateway stopped before, end with the process.
    await count([gateway]);
    goneAt.set(gateway.port, performance.now());
    await gateway.stop();
    const next = await cluster.add("gateway");
    fresh.push(next);
    balancer.add(next.port);
  }
  return { goneAt, replays, countRest: () => count(fresh) };
}

/** Runs the benchmark; called by cli.ts. */
export async function run(args: string[]): Promise<object> {
  const { values } = parseArgs({
    args,
    options: {
      sockets: { type: "string", default: "2000" },
      sdk: { type: "string", default: "20" },
      rate: { type: "string", default: "20" },
    },
  });
  const [sockets, sdkCount, rate] = [Number(values.sockets), Number(values.sdk), Number(values.rate)];
  await using undo = new AsyncDisposableStack();
  const statements = new StatementLog();
  const { pool, cluster, tasks, balancer, light, sdk } = await start({ sockets, sdk: sdkCount }, statements, undo);

  const last = new Map<string, number>();
  const stop = new AbortController();
  const writing = (async () => {
    for (let round = 0; !stop.signal.aborted; round++)
      await atSteadyRate(rate, 1, async (n) => {
        const task = tasks[(round * rate + n) % tasks.length] as Task;
        const { rows } = await pool.query<{ version: string }>(
          "update app.task set description = $2 where id = $1 returning sync_version as version",
          [task.id, `roll ${round} ${n}`],
        );
        last.set(task.id, Number(rows[0]?.version));
      });
  })();

  // Wait until all clients have subscribed.
  await wait(3_000);
  statements.begin();
  await wait(QUIET_S * 1_000);
  const quiet = countByKind(statements.end());
  statements.begin();
  const began = performance.now();
  const { goneAt, replays, countRest } = await roll(cluster, balancer);
  const expected = light.filter(({ log }) => log.resumed.length + log.resets.length === 0).length;
  await until(() => light.every(({ log }) => log.resumed.length + log.resets.length > 0), SETTLE_MS);
  const rolledS = (performance.now() - began) / 1_000;
  const during = countByKind(statements.end());
  stop.abort();
  await writing;

  const knowsAll = () =>
    light.every((client) => client.ids.every((id) => (client.latest.get(id) ?? 0) >= (last.get(id) ?? 0)));
  await until(knowsAll, SETTLE_MS);
  const missing = light.flatMap((client) =>
    client.ids.filter((id) => (client.latest.get(id) ?? 0) < (last.get(id) ?? 0)),
  );
  const resumes = light.flatMap(({ log }) => log.resumed);
  const resets = light.flatMap(({ log }) => log.resets);
  const afterSigterm = light.flatMap(({ log }) =>
    log.resumed.map(({ at, fromPort }) => at - (goneAt.get(fromPort) ?? at)),
  );
  const sdkStale = sdk.filter((client) => client.sdk.status().state !== "connected").length;
  const moved =
    resumes.length + resets.length + sdk.reduce((sum, { received }) => sum + received.resumed + received.reset, 0);
  await countRest();
  const sdkResets = sdk.reduce((sum, { received }) => sum + received.reset, 0);
  // Reads under users' rights: for the continuing changes, for SDK clients and for resumes.
  const forUsers = (during["for users"] ?? 0) - ((quiet["for users"] ?? 0) * rolledS) / QUIET_S;
  const caused = causedByReconnect.reduce((sum, kind) => sum + (during[kind] ?? 0), 0);
  return {
    sockets,
    sdk: sdkCount,
    rate,
    rolledSeconds: Math.round(rolledS),
    neverMoved: expected,
    resumes: resumes.length,
    resetShare: (resets.length + sdkResets) / Math.max(1, moved),
    resetReasons: [...new Set(resets)],
    sdkReceived: sdk.reduce(
      (sum, { received }) => ({ resumed: sum.resumed + received.resumed, reset: sum.reset + received.reset }),
      {
        resumed: 0,
        reset: 0,
      },
    ),
    sdkStale,
    /** From the SIGTERM of a client's gateway to its RESUMED, the drain included. */
    resumedAfterSigtermMs: Histogram.from(afterSigterm).summary(),
    resumedAfterLossMs: Histogram.from(resumes.map(({ at, lostAt }) => at - lostAt)).summary(),
    resumedInTimeShare:
      afterSigterm.filter((ms) => ms <= RESUME_TARGET_MS).length /
      Math.max(1, resumes.length + resets.length + expected),
    missing: missing.length,
    statements: {
      quietSeconds: QUIET_S,
      quiet,
      during,
      perClient: caused / (sockets + sdkCount),
      perResume: caused / Math.max(1, moved),
      forUsersPerClient: forUsers / (sockets + sdkCount),
      /** Each new gateway fills its replay ring from the log before it accepts sockets. */
      logReadsOfNewGateways: during["log read"] ?? 0,
      /** Resumed connections whose missed changes were read from the log. */
      replaysFromLog: replays.log,
      replaysFromRing: replays.ring,
    },
  };
}
