/**
 * Question: what do clients that do not read cost their gateway and its other clients?
 *
 * Setup: one gateway, two watchers, Redis, PostgreSQL. Many sockets hold rows that change all the time; others hold other rows,
 * and their latency is measured. In alternating turns all of the first sockets read, then none of them does, with the same
 * changes at the same rate in the same minutes. A socket that is closed as too slow reconnects in the next turn.
 *
 *     npm run bench -- slow-consumer --slow 50 --others 100 --seconds 30 --turns 3
 */
import { readFileSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { parseArgs } from "node:util";
import { demoUsers } from "@heliograph/db";
import { loadConfig, Tokens, tokenConfig } from "@heliograph/server-kit";
import { startCluster } from "@heliograph/testkit/cluster/cluster";
import { Histogram } from "@heliograph/testkit/histogram";
import { sumOfMetric } from "@heliograph/testkit/metrics/metrics-text";
import { residentMib } from "@heliograph/testkit/metrics/resource-watch";
import { startScratchServer } from "@heliograph/testkit/postgres/scratch-server";
import { templateDatabase } from "@heliograph/testkit/postgres/template-cluster";
import { findRedis } from "@heliograph/testkit/redis/find-redis";
import { startRedis } from "@heliograph/testkit/redis/server";
import pg from "pg";
import { LightClient } from "./light-client.ts";
import { atSteadyRate } from "./steady-rate.ts";

/**
 * Rows that a slow socket holds. Each bulk change sends it 40 kB of frames, which fills the kernel buffers of a connection
 * (some MB) within seconds; only then does the gateway see that the client does not read.
 */
const NOISY_ROWS = 400;
const NOISE_PER_SECOND = 8;
const QUIET_ROWS = 40;
const QUIET_ROWS_HELD = 10;
const QUIET_PER_SECOND = 40;
const SAMPLE_MS = 250;
/** Pause between turns, in which the rest of a turn is delivered. */
const BETWEEN_MS = 4_000;

/** Result of one turn. */
interface Turn {
  readonly latencies: number[];
  readonly rssMib: number[];
  readonly closedAsSlow: number;
  /** Peak of the kernel memory for all sockets of the machine. */
  readonly kernelMib: number;
}

async function rowsOf(pool: pg.Pool): Promise<{ noisy: string[]; quiet: string[] }> {
  const { organizationId } = demoUsers[0] as (typeof demoUsers)[number];
  const { rows } = await pool.query<{ id: string }>(
    `insert into app.task (organization_id, project_id, title)
     select $1, (select id from app.project where organization_id = $1 and not is_private order by id limit 1), 'Bench ' || n
       from generate_series(1, $2::int) n returning id`,
    [organizationId, NOISY_ROWS + QUIET_ROWS],
  );
  const ids = rows.map(({ id }) => id);
  return { noisy: ids.slice(0, NOISY_ROWS), quiet: ids.slice(NOISY_ROWS) };
}

/** Kernel memory for the sockets of the machine: it does not count as memory of a process, but it is used. */
function socketMemoryMib(): number {
  const pages = /TCP:.* mem (\d+)/.exec(readFileSync("/proc/net/sockstat", "utf8"))?.[1];
  return (Number(pages ?? 0) * 4_096) / 1024 ** 2;
}

/** Runs the benchmark; called by cli.ts. */
export async function run(args: string[]): Promise<object> {
  const { values } = parseArgs({
    args,
    options: {
      slow: { type: "string", default: "50" },
      others: { type: "string", default: "100" },
      seconds: { type: "string", default: "30" },
      turns: { type: "string", default: "3" },
    },
  });
  const [slowCount, others] = [Number(values.slow), Number(values.others)];
  const [seconds, turns] = [Number(values.seconds), Number(values.turns)];
  await using undo = new AsyncDisposableStack();
  const server = undo.use(await startScratchServer());
  if (server.failure !== null) throw server.failure;
  const found = await findRedis();
  if (found.program === null) throw new Error(`This benchmark needs Redis: ${found.reason}`);
  const redis = undo.use(await startRedis(found.program));
  const databaseUrl = server.url(templateDatabase.demo);
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 4 });
  undo.defer(() => pool.end());
  // One connection: two statements that lock the same rows in a different order would deadlock.
  const noise = new pg.Pool({ connectionString: databaseUrl, max: 1 });
  undo.defer(() => noise.end());
  const env = { MAX_SOCKETS_PER_USER: "100000" };
  const cluster = undo.use(await startCluster({ databaseUrl, redisUrl: redis.url, gateways: 1, env }));
  const [gateway] = cluster.gateways;
  if (gateway === undefined) throw new Error("The cluster has no gateway.");
  const { noisy, quiet } = await rowsOf(pool);
  const token = new Tokens(loadConfig(tokenConfig, cluster.settings)).sign(
    demoUsers[0] as (typeof demoUsers)[number],
  ).token;
  const common = { token, entityCode: "task", choosePort: () => gateway.port };

  const slow = Array.from({ length: slowCount }, () => undo.use(new LightClient({ ...common, ids: noisy })));
  let latencies: number[] = [];
  const onNotified = (milliseconds: number) => void latencies.push(milliseconds);
  const healthy = Array.from({ length: others }, (_, n) => {
    const ids = Array.from({ length: QUIET_ROWS_HELD }, (_, i) => quiet[(n + i) % quiet.length] as string);
    return undo.use(new LightClient({ ...common, ids, onNotified }));
  });
  for (const client of [...slow, ...healthy]) await client.start();

  const closedAsSlow = async () =>
    sumOfMetric(await (await fetch(`${gateway.url}/metrics`)).text(), "heliograph_gateway_slow_closes_total") ?? 0;
  const turn = async (reads: boolean, forSeconds: number): Promise<Turn> => {
    latencies = [];
    const rssMib: number[] = [];
    const before = await closedAsSlow();
    let kernelMib = 0;
    const sampling = setInterval(() => {
      rssMib.push(residentMib(gateway.pid) ?? 0);
      kernelMib = Math.max(kernelMib, socketMemoryMib());
    }, SAMPLE_MS);
    if (!reads) for (const client of slow) client.stall();
    await Promise.all([
      atSteadyRate(NOISE_PER_SECOND, forSeconds, async (n) => {
        await noise.query("update app.task set description = $2 where id = any ($1)", [noisy, `noise ${n}`]);
      }),
      atSteadyRate(QUIET_PER_SECOND, forSeconds, async (n) => {
        await pool.query("update app.task set description = $2 where id = $1", [quiet[n % quiet.length], `quiet ${n}`]);
      }),
    ]);
    clearInterval(sampling);
    const result = { latencies, rssMib, closedAsSlow: (await closedAsSlow()) - before, kernelMib };
    for (const client of slow) client.unstall();
    await wait(BETWEEN_MS);
    return result;
  };

  await turn(true, 5);
  const reading: Turn[] = [];
  const stalled: Turn[] = [];
  for (let n = 0; n < turns; n++) {
    reading.push(await turn(true, seconds));
    stalled.push(await turn(false, seconds));
  }
  const peak = (list: readonly Turn[]) => Math.max(...list.flatMap(({ rssMib }) => rssMib));
  const growth = stalled.map((one, at) => peak([one]) - peak(reading.slice(at, at + 1)));
  const all = (list: readonly Turn[]) => Histogram.from(list.flatMap((one) => one.latencies)).summary();
  const [without, withSlow] = [all(reading), all(stalled)];
  return {
    slow: slowCount,
    others,
    seconds,
    turns,
    rssMib: {
      reading: reading.map((one) => Math.max(...one.rssMib)),
      stalled: stalled.map((one) => Math.max(...one.rssMib)),
    },
    // Each stalled turn compared with the turn before it. A process rarely returns memory, so the first pair counts most;
    // rssMib shows whether memory keeps growing from pair to pair.
    rssGrowthPerStalledSocketMib: Math.max(0, ...growth) / slowCount,
    kernelMib: { reading: reading.map((one) => one.kernelMib), stalled: stalled.map((one) => one.kernelMib) },
    closedAsSlow: stalled.map((one) => one.closedAsSlow),
    othersMs: { reading: without, stalled: withSlow },
    p99Ratio: (withSlow.p99 ?? 0) / (without.p99 ?? 1),
    p99Turns: {
      reading: reading.map((one) => Histogram.from(one.latencies).summary().p99),
      stalled: stalled.map((one) => Histogram.from(one.latencies).summary().p99),
    },
  };
}
