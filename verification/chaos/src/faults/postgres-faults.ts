import type { FaultProxy } from "@heliograph/testkit/network/fault-proxy";
import { type Fault, type FaultContext, insist, last, trouble } from "./fault.ts";

/** Faults of PostgreSQL and of the links to it. */
export const postgresFaults: readonly Fault[] = [
  { name: "postgres-restart", strike: ({ site, random }) => site.postgres.restart(random.int(0, 3_000)) },
  { name: "postgres-kill", strike: ({ site, random }) => site.postgres.crash(random.int(0, 3_000)) },
  {
    name: "postgres-freeze",
    async strike({ site, random }) {
      site.postgres.signalAll("SIGSTOP");
      await last(random, 500, 8_000);
      site.postgres.signalAll("SIGCONT");
    },
  },
  {
    name: "postgres-end-sessions",
    async strike({ sql, random }) {
      for (let n = random.int(1, 4); n > 0; n--) {
        await insist(() =>
          sql.query("select pg_terminate_backend(pid) from pg_stat_activity where usename like 'heliograph%'"),
        );
        await last(random, 100, 1_500);
      }
    },
  },
  { name: "standby-promoted", strike: ({ site }) => site.postgres.failOver({ lagMs: null }) },
  {
    name: "lagging-standby-promoted",
    rewinds: true,
    strike: ({ site, random }) => site.postgres.failOver({ lagMs: random.int(100, 2_000) }),
  },
  { name: "disk-full", possible: ({ postgres }) => postgres.disk !== null, strike: fillDisk },
  {
    name: "postgres-partition",
    strike: (context) => trouble(context.random, someLinks(context), { kind: "refuse" }, [500, 6_000]),
  },
  {
    name: "postgres-half-open",
    strike: (context) => trouble(context.random, someLinks(context), { kind: "blackhole" }, [500, 8_000]),
  },
  {
    name: "postgres-stall",
    strike: (context) => {
      const directions = context.random.pick([["up"], ["down"], ["up", "down"]] as const);
      return trouble(context.random, someLinks(context), { kind: "stall", directions }, [500, 8_000]);
    },
  },
  {
    name: "postgres-slow",
    strike: (context) =>
      trouble(
        context.random,
        someLinks(context),
        { kind: "latency", ms: context.random.int(20, 200), jitterMs: 50 },
        [2_000, 6_000],
      ),
  },
  {
    name: "postgres-drop-after",
    strike: (context) =>
      trouble(context.random, someLinks(context), { kind: "drop-after", bytes: 40_000 }, [1_000, 5_000]),
  },
];

/** Longest text that a writer may send; with many of these even what seems free is soon gone. */
const BALLAST = "x".repeat(200_000);
/** What may be answered while nothing can be written: tried again later, or written after all. */
const honest = new Set([200, 409, 429, 503]);

async function fillDisk({ site, random, clients, notes }: FaultContext): Promise<void> {
  const { postgres } = site;
  postgres.disk?.fill(random.int(0, 2_000));
  const client = random.pick(clients);
  for (const end = performance.now() + random.int(800, 3_000); performance.now() < end; await last(random, 50, 200)) {
    const signal = AbortSignal.timeout(3_000);
    const id = random.pick(client.tenant.tasks);
    const status = await client.sdk.api.update("task", id, { description: BALLAST }, { signal }).then(
      () => 200,
      (error: { status?: number }) => error.status ?? 0,
    );
    // 404: not everybody may read every task. 0: no gateway was there, or nobody answered in time.
    if (status !== 0 && status !== 404 && !honest.has(status))
      notes.violation(`a write to a full disk answered ${status}`);
  }
  postgres.disk?.free();
  await postgres.supervise();
}

/** Links of one to all services. */
function someLinks({ site, random }: FaultContext): FaultProxy[] {
  return random.sample(site.services, random.int(1, site.services.length)).map(({ database }) => database);
}
