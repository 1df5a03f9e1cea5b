/**
 * Question: how long does it take from the commit of a change to the INVALIDATE on a browser's socket, in steady state?
 *
 * Setup: two gateways, two watchers, Redis, PostgreSQL with full durability, and 200 sockets of the demo's users that hold
 * ten of 100 tasks each. Changes are made by SQL first, then by REST, at a fixed rate. Every tenth change is accompanied by
 * one sample of the floor (commit, publish, socket, nothing else), so that both are measured on the same machine at the
 * same time.
 *
 *     npm run bench -- commit-to-invalidate --seconds 30 --rate 100 --sockets 200
 */
import { setTimeout as wait } from "node:timers/promises";
import { parseArgs } from "node:util";
import { demoUsers } from "@heliograph/db";
import { loadConfig, Tokens, tokenConfig } from "@heliograph/server-kit";
import { type Cluster, startCluster } from "@heliograph/testkit/cluster/cluster";
import { Histogram } from "@heliograph/testkit/histogram";
import { startScratchServer } from "@heliograph/testkit/postgres/scratch-server";
import { templateDatabase } from "@heliograph/testkit/postgres/template-cluster";
import { findRedis } from "@heliograph/testkit/redis/find-redis";
import { startRedis } from "@heliograph/testkit/redis/server";
import pg from "pg";
import { type Floor, startFloor } from "./floor.ts";
import { type LatencyProbe, openLatencyProbe } from "./latency-probe.ts";
import { atSteadyRate } from "./steady-rate.ts";

const TASKS = 100;
const TASKS_PER_SOCKET = 10;
const FLOOR_EVERY = 10;
/** How long the last change of a phase may take to arrive before it counts as missing. */
const SETTLE_MS = 5_000;
const DURABLE = { fsync: "on", synchronous_commit: "on", full_page_writes: "on", wal_level: "replica" };

/** A row that the benchmark changes. */
interface Task {
  id: string;
  organization_id: string;
}

/** Changes a row; resolves to the new version. */
type Write = (task: Task, n: number) => Promise<number>;

async function readTasks(pool: pg.Pool): Promise<Task[]> {
  const { rows } = await pool.query<Task>(
    `select id, organization_id from (
       select id, organization_id, row_number() over (partition by organization_id order by id) as n
         from app.task where not is_private and project_id in (select id from app.project where not is_private)) t
      where n <= $1`,
    [TASKS / 2],
  );
  return rows;
}

async function allClaimed(pool: pg.Pool): Promise<void> {
  for (;;) {
    const { rowCount } = await pool.query(
      "select from app.logging where sync_status = 'pending' and action <> 0 limit 1",
    );
    if (rowCount === 0) return;
    await wait(100);
  }
}

function bySql(pool: pg.Pool): Write {
  return async (task, n) => {
    const text = "update app.task set description = $2 where id = $1 returning sync_version as version";
    const { rows } = await pool.query<{ version: string }>(text, [task.id, `sql ${n}`]);
    return Number(rows[0]?.version);
  };
}

function byRest(cluster: Cluster, tokenFor: (organizationId: string) => string): Write {
  return async (task, n) => {
    const gateway = cluster.gateways[n % cluster.gateways.length];
    const answer = await fetch(`${gateway?.url}/api/v1/task/${task.id}`, {
      method: "PATCH",
      headers: { "content-type": "application/json", authorization: `Bearer ${tokenFor(task.organization_id)}` },
      body: JSON.stringify({ description: `rest ${n}` }),
    });
    if (!answer.ok) throw new Error(`PATCH answered ${answer.status}: ${await answer.text()}`);
    return ((await answer.json()) as { $version: number }).$version;
  };
}

async function measure(
  input: { tasks: readonly Task[]; probes: readonly LatencyProbe[]; floor: Floor; rate: number; seconds: number },
  latencies: number[],
  write: Write,
): Promise<object> {
  const { tasks, probes, floor, rate, seconds } = input;
  latencies.length = 0;
  const floorFrom = floor.latencies.length;
  const last = new Map<string, number>();
  await atSteadyRate(rate, seconds, async (n) => {
    const task = tasks[n % tasks.length] as Task;
    if (n % FLOOR_EVERY === 0) await floor.sample();
    const version = await write(task, n);
    last.set(task.id, Math.max(version, last.get(task.id) ?? 0));
  });
  const missing = () =>
    probes.flatMap((probe) => probe.ids.filter((id) => (probe.latest.get(id) ?? 0) < (last.get(id) ?? 0))).length;
  for (const deadline = Date.now() + SETTLE_MS; missing() > 0 && Date.now() < deadline; ) await wait(50);
  return {
    changes: rate * seconds,
    missing: missing(),
    milliseconds: Histogram.from(latencies).summary(),
    floorMilliseconds: Histogram.from(floor.latencies.slice(floorFrom)).summary(),
  };
}

/** Runs the benchmark; called by cli.ts. */
export async function run(args: string[]): Promise<object> {
  const { values } = parseArgs({
    args,
    options: {
      seconds: { type: "string", default: "20" },
      rate: { type: "string", default: "100" },
      sockets: { type: "string", default: "200" },
    },
  });
  const [seconds, rate, sockets] = [Number(values.seconds), Number(values.rate), Number(values.sockets)];
  await using undo = new AsyncDisposableStack();
  const server = undo.use(await startScratchServer(DURABLE));
  if (server.failure !== null) throw server.failure;
  const found = await findRedis();
  if (found.program === null) throw new Error(`This benchmark needs Redis: ${found.reason}`);
  const redis = undo.use(await startRedis(found.program));
  const databaseUrl = server.url(templateDatabase.demo);
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 8 });
  undo.defer(() => pool.end());
  const cluster = undo.use(
    await startCluster({
      databaseUrl,
      redisUrl: redis.url,
    }),
  );
  const floor = undo.use(await startFloor(pool, redis.url));
  await allClaimed(pool);

  const tokens = new Tokens(loadConfig(tokenConfig, cluster.settings));
  const users = demoUsers.map((user) => ({ ...user, token: tokens.sign(user).token }));
  const tokenFor = (organizationId: string) =>
    users.find((user) => user.organizationId === organizationId)?.token ?? "";
  const tasks = await readTasks(pool);
  const latencies: number[] = [];
  const probes = await Promise.all(
    Array.from({ length: sockets }, (_, n) => {
      const user = users[n % users.length] as (typeof users)[number];
      const readable = tasks.filter((task) => task.organization_id === user.organizationId);
      const ids = Array.from(
        { length: TASKS_PER_SOCKET },
        (_, i) => (readable[(n * 7 + i) % readable.length] as Task).id,
      );
      const gatewayUrl = (cluster.gateways[Math.floor(n / users.length) % cluster.gateways.length] as { url: string })
        .url;
      return openLatencyProbe({
        gatewayUrl,
        token: user.token,
        entityCode: "task",
        ids,
        onLatency: (ms) => latencies.push(ms),
      });
    }),
  );
  for (const probe of probes) undo.use(probe);

  const input = { tasks, probes, floor, rate, seconds };
  // Unmeasured warm-up: compilation and new connections are not steady state.
  await measure({ ...input, seconds: 3 }, latencies, bySql(pool));
  const sql = await measure(input, latencies, bySql(pool));
  await measure({ ...input, seconds: 3 }, latencies, byRest(cluster, tokenFor));
  const rest = await measure(input, latencies, byRest(cluster, tokenFor));
  return { sockets, rate, seconds, sql, rest };
}
