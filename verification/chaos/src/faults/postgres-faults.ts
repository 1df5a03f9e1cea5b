import type { FaultProxy } from "@heliograph/testkit/network/fault-proxy";
import { disturb, type Fault, type FaultContext, randomPause, retryUntilDone } from "./fault.ts";

/** Faults of PostgreSQL and of the links to it. */
export const postgresFaults: readonly Fault[] = [
  { name: "postgres-restart", inject: ({ cluster, random }) => cluster.postgres.restart(random.int(0, 3_000)) },
  { name: "postgres-kill", inject: ({ cluster, random }) => cluster.postgres.crash(random.int(0, 3_000)) },
  {
    name: "postgres-freeze",
    async inject({ cluster, random }) {
      cluster.postgres.signalAll("SIGSTOP");
      await randomPause(random, 500, 8_000);
      cluster.postgres.signalAll("SIGCONT");
    },
  },
  {
    name: "postgres-end-sessions",
    async inject({ sql, random }) {
      for (let n = random.int(1, 4); n > 0; n--) {
        await retryUntilDone(() =>
          sql.query("select pg_terminate_backend(pid) from pg_stat_activity where usename like 'heliograph%'"),
        );
        await randomPause(random, 100, 1_500);
      }
    },
  },
  { name: "standby-promoted", inject: ({ cluster }) => cluster.postgres.failOver({ lagMs: null }) },
  {
    name: "lagging-standby-promoted",
    losesWrites: true,
    inject: ({ cluster, random }) => cluster.postgres.failOver({ lagMs: random.int(100, 2_000) }),
  },
  { name: "disk-full", isSupported: ({ postgres }) => postgres.disk !== null, inject: fillDisk },
  {
    name: "postgres-partition",
    inject: (context) => disturb(context.random, someLinks(context), { kind: "refuse" }, [500, 6_000]),
  },
  {
    name: "postgres-half-open",
    inject: (context) => disturb(context.random, someLinks(context), { kind: "blackhole" }, [500, 8_000]),
  },
  {
    name: "postgres-stall",
    inject: (context) => {
      const directions = context.random.pick([["up"], ["down"], ["up", "down"]] as const);
      return disturb(context.random, someLinks(context), { kind: "stall", directions }, [500, 8_000]);
    },
  },
  {
    name: "postgres-slow",
    inject: (context) =>
      disturb(
        context.random,
        someLinks(context),
        { kind: "latency", ms: context.random.int(20, 200), jitterMs: 50 },
        [2_000, 6_000],
      ),
  },
  {
    name: "postgres-drop-after",
    inject: (context) =>
      disturb(context.random, someLinks(context), { kind: "drop-after", bytes: 40_000 }, [1_000, 5_000]),
  },
];

/** Longest text that a writer may send; many of these soon use up the remaining space. */
const BALLAST = "x".repeat(200_000);
/** Statuses allowed while the disk is full: 200 if the write succeeded after all, otherwise one that clients retry. */
const allowedStatuses = new Set([200, 409, 429, 503]);

async function fillDisk({ cluster, random, clients, observer }: FaultContext): Promise<void> {
  const { postgres } = cluster;
  postgres.disk?.fill(random.int(0, 2_000));
  const client = random.pick(clients);
  for (
    const end = performance.now() + random.int(800, 3_000);
    performance.now() < end;
    await randomPause(random, 50, 200)
  ) {
    const signal = AbortSignal.timeout(3_000);
    const id = random.pick(client.tenant.tasks);
    const status = await client.sdk.api.update("task", id, { description: BALLAST }, { signal }).then(
      () => 200,
      (error: { status?: number }) => error.status ?? 0,
    );
    // 404: this user may not read the task. 0: no gateway was reachable, or none answered in time.
    if (status !== 0 && status !== 404 && !allowedStatuses.has(status))
      observer.violation(`a write to a full disk answered ${status}`);
  }
  postgres.disk?.free();
  await postgres.supervise();
}

/** Links of one to all services to PostgreSQL. */
function someLinks({ cluster, random }: FaultContext): FaultProxy[] {
  return random.sample(cluster.services, random.int(1, cluster.services.length)).map(({ database }) => database);
}
