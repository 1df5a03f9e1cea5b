import { setTimeout as wait } from "node:timers/promises";
import type { ServiceSlot } from "../cluster/service-slot.ts";
import { type Fault, type FaultContext, randomPause, retryUntilDone, timeUntil } from "./fault.ts";

/** Promised takeover time after kill -9 or a freeze: the lease, the poll of the standby, and a margin for a busy machine. */
const TAKEOVER_MS = 10_000;

/** Points at which a leader can be killed; each names what is known about its last claim. */
const moments = ["any", "before the commit", "commit unknown", "before the publication", "in the publication"] as const;

/** Faults of the watcher that leads. */
export const leaderFaults: readonly Fault[] = [
  { name: "leader-kill", inject: (context) => killLeader(context, "any") },
  {
    name: "leader-kill-at-failpoint",
    inject: (context) => killLeader(context, context.random.pick(moments.slice(1))),
  },
  {
    name: "leader-term",
    async inject({ cluster, random }) {
      const leader = await cluster.leader(random);
      await randomPause(random, 0, 100);
      await leader.end("SIGTERM");
      await randomPause(random, 0, 3_000);
      await leader.start();
    },
  },
  {
    name: "leader-freeze",
    async inject(context) {
      const leader = await context.cluster.leader(context.random);
      const holder = await holderOf(context);
      leader.freeze();
      // Half of the time for longer than the lease: another watcher takes over and the old leader resumes without the lease.
      if (context.random.chance(0.5)) await randomPause(context.random, 300, 3_000);
      else await awaitTakeover(context, holder);
      await randomPause(context.random, 0, 3_000);
      leader.thaw();
    },
  },
  {
    name: "leader-starved",
    // The leader gets a twentieth of the CPU in slices, and never pauses for as long as its lease.
    async inject({ cluster, random }) {
      const leader = await cluster.leader(random);
      for (const end = performance.now() + random.int(1_500, 5_000); performance.now() < end; ) {
        leader.freeze();
        await wait(190);
        leader.thaw();
        await wait(10);
      }
    },
  },
];

async function killLeader(context: FaultContext, moment: (typeof moments)[number]): Promise<void> {
  const { cluster, random } = context;
  const leader = await cluster.leader(random);
  const holder = await holderOf(context);
  await awaitMoment(context, leader, moment);
  await leader.end("SIGKILL");
  for (const link of [leader.database, leader.redis]) link.heal();
  if (random.chance(0.5)) await awaitTakeover(context, holder);
  else await randomPause(random, 0, 3_000);
  await leader.start();
}

/** Waits for the moment, with stalled links where the moment needs them. */
async function awaitMoment(
  context: FaultContext,
  leader: ServiceSlot,
  moment: (typeof moments)[number],
): Promise<void> {
  const { random } = context;
  switch (moment) {
    case "any":
      return randomPause(random, 0, 100);
    case "before the commit":
      leader.database.inject({ kind: "stall", directions: ["up"] });
      return randomPause(random, 20, 500);
    case "commit unknown":
      leader.database.inject({ kind: "stall", directions: ["down"] });
      return randomPause(random, 20, 500);
    case "before the publication": {
      leader.redis.inject({ kind: "stall", directions: ["up"] });
      const before = await headOf(context);
      await timeUntil(async () => (await headOf(context)) > before, { timeoutMs: 2_000 });
      return;
    }
    case "in the publication":
      leader.redis.inject({ kind: "drop-after", bytes: 400 });
      return randomPause(random, 50, 400);
  }
}

/** Measures the time from now until another watcher holds the lease. */
async function awaitTakeover(context: FaultContext, holder: string | null): Promise<void> {
  // A lease without a holder is no takeover: every change waits until there is a new leader.
  const heldByAnother = async () => {
    const now = await holderOf(context);
    return now !== null && now !== holder;
  };
  const took = await timeUntil(heldByAnother, { timeoutMs: TAKEOVER_MS });
  if (took !== null) context.observer.measure("takeOver", took);
  else context.observer.violation(`no watcher took over within ${TAKEOVER_MS} ms`);
}

async function holderOf({ sql }: FaultContext): Promise<string | null> {
  const { rows } = await retryUntilDone(() =>
    sql.query<{ leader_id: string | null }>("select leader_id from app.sync_state where lease_until > now()"),
  );
  return rows[0]?.leader_id ?? null;
}

async function headOf({ sql }: FaultContext): Promise<number> {
  const { rows } = await retryUntilDone(() =>
    sql.query<{ head: string }>("select head_seq as head from app.sync_state"),
  );
  return Number(rows[0]?.head ?? 0);
}
