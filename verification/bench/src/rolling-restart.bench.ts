/**
 * Question: what does a rolling restart of all gateways cost, with thousands of sockets?
 *
 * Three gateways, two watchers, Redis, PostgreSQL; light clients that speak the protocol as the SDK does, and some with the
 * whole SDK. Changes go on at a low rate. One gateway after the other gets SIGTERM, ends, and is replaced; its clients go
 * where a balancer sends them and resume. Counted: RESETs, time from the SIGTERM to each RESUMED, statements of the
 * gateways by kind (from the log of PostgreSQL), and whether every client knows the last version of what it holds.
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
import { causedByReturn, countByKind } from "./statement-kinds.ts";
import { StatementLog, statementLogging } from "./statement-log.ts";
import { atSteadyRate } from "./steady-rate.ts";

const GATEWAYS = 3;
const TASKS_PER_SOCKET = 10;
/** Sockets that are opened at a time: the beginning is not what is measured. */
const OPENED_AT_ONCE = 50;
/** A quiet time, to see what the gateways ask without anybody coming back. */
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

/** Sends whoever asks to one of the gateways that take sockets, in turn. */
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

/** A client of the whole SDK, and what it was told. */
interface SdkClient extends AsyncDisposable {
  readonly sdk: Heliograph;
  readonly told: { resumed: number; reset: number };
}

async function startSdkClient(balancer: Balancer, token: string, ids: readonly string[]): Promise<SdkClient> {
  const link = await FaultProxy.listen(balancer.choose, new SeededRandom(1));
  const told = { resumed: 0, reset: 0 };
  const tap = {
    sent: () => undefined,
    received: (_socket: number, frame: string) => {
      if (frame.startsWith('{"type":"RESUMED"')) told.resumed += 1;
      if (frame.startsWith('{"type":"RESET"')) told.reset += 1;
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
    told,
    async [Symbol.asyncDispose]() {
      sdk.stop();
      await link[Symbol.asyncDispose]();
    },
  };
}

async function until(condition: () => boolean | Promise<boolean>, patienceMs: number): Promise<boolean> {
  for (const deadline = Date.now() + patienceMs; Date.now() < deadline; await wait(50))
    if (await condition()) return true;
  return false;
}

async function start(values: { sockets: number; sdk: number }, statements: StatementLog, undo: AsyncDisposableStack) {
  const server = undo.use(await startScratchServer(statementLogging, statements.line));
  if (server.failure !== null) throw server.failure;
  const found = await findRedis();
  if (found.program === null) throw new Error(`The bench needs Redis: ${found.reason}`);
  const redis = undo.use(await startRedis(found.program));
  const databaseUrl = server.url(templateDatabase.demo);
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 4 });
  undo.defer(() => pool.end());
  const env = { MAX_SOCKETS_PER_USER: "100000" };
  const cluster = undo.use(await startCluster({ databaseUrl, redisUrl: redis.url, gateways: GATEWAYS, env }));
  const tokens = new Tokens(loadConfig(tokenConfig, cluster.settings));
  const tasks = await readTasks(pool);
  const balancer = new Balancer(cluster.gateways.map(({ port }) => port));
  const holdings = (n: number) => {
    const user = demoUsers[n % demoUsers.length] as (typeof demoUsers)[number];
    const own = tasks.filter((task) => task.organization_id === user.organizationId);
    const ids = Array.from({ length: TASKS_PER_SOCKET }, (_, i) => (own[(n * 7 + i) % own.length] as Task).id);
    return { token: tokens.sign(user).token, ids };
  };
  const light = Array.from({ length: values.sockets }, (_, n) => {
    return undo.use(new LightClient({ ...holdings(n), entityCode: "task", choosePort: balancer.choose }));
  });
  for (let n = 0; n < light.length; n += OPENED_AT_ONCE)
    await Promise.all(light.slice(n, n + OPENED_AT_ONCE).map((client) => client.start()));
  const sdk: SdkClient[] = [];
  for (let n = 0; n < values.sdk; n++) {
    const { token, ids } = holdings(n);
    sdk.push(undo.use(await startSdkClient(balancer, token, ids)));
  }
  await until(() => sdk.every((client) => client.sdk.status().state === "connected"), SETTLE_MS);
  return { pool, cluster, tasks, balancer, light, sdk };
}

/** What these gateways have counted since they began. */
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
    // Now: what it did for those who came from the one before is gone with it.
    await count([gateway]);
    goneAt.set(gateway.port, performance.now());
    await gateway.stop();
    const next = await cluster.add("gateway");
    fresh.push(next);
    balancer.add(next.port);
  }
  return { goneAt, replays, countRest: () => count(fresh) };
}

/** Runs the measurement; called by the runner. */
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
          "update app.task set description = $2 where id = $1 returning version",
          [task.id, `roll ${round} ${n}`],
        );
        last.set(task.id, Number(rows[0]?.version));
      });
  })();

  // The beginning is over when nobody subscribes any more.
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
  const afterPod = light.flatMap(({ log }) => log.resumed.map(({ at, fromPort }) => at - (goneAt.get(fromPort) ?? at)));
  const sdkStale = sdk.filter((client) => client.sdk.status().state !== "connected").length;
  const moved = resumes.length + resets.length + sdk.reduce((sum, { told }) => sum + told.resumed + told.reset, 0);
  await countRest();
  const sdkResets = sdk.reduce((sum, { told }) => sum + told.reset, 0);
  // Reads under users' rights: of the changes that go on, of the SDK clients, and of whoever resumes.
  const forUsers = (during["for users"] ?? 0) - ((quiet["for users"] ?? 0) * rolledS) / QUIET_S;
  const caused = causedByReturn.reduce((sum, kind) => sum + (during[kind] ?? 0), 0);
  return {
    sockets,
    sdk: sdkCount,
    rate,
    rolledSeconds: Math.round(rolledS),
    neverMoved: expected,
    resumes: resumes.length,
    resetShare: (resets.length + sdkResets) / Math.max(1, moved),
    resetReasons: [...new Set(resets)],
    sdkTold: sdk.reduce((sum, { told }) => ({ resumed: sum.resumed + told.resumed, reset: sum.reset + told.reset }), {
      resumed: 0,
      reset: 0,
    }),
    sdkStale,
    /** From the SIGTERM of the gateway that a client was at to its RESUMED, the drain included. */
    resumedAfterPodMs: Histogram.from(afterPod).summary(),
    resumedAfterLossMs: Histogram.from(resumes.map(({ at, lostAt }) => at - lostAt)).summary(),
    resumedInTimeShare:
      afterPod.filter((ms) => ms <= RESUME_TARGET_MS).length / Math.max(1, resumes.length + resets.length + expected),
    missing: missing.length,
    statements: {
      quietSeconds: QUIET_S,
      quiet,
      during,
      perClient: caused / (sockets + sdkCount),
      perResume: caused / Math.max(1, moved),
      forUsersPerClient: forUsers / (sockets + sdkCount),
      /** Each new gateway fills its memory from the log before it takes sockets. */
      logReadsOfNewGateways: during["log read"] ?? 0,
      /** Resumed connections whose missed changes were read from the log. */
      replaysFromLog: replays.log,
      replaysFromRing: replays.ring,
    },
  };
}
