import { setTimeout as wait } from "node:timers/promises";
import type { ServiceSlot } from "../service-slot.ts";
import { type Fault, type FaultContext, insist, last, timeUntil } from "./fault.ts";

/** Promised after kill -9 and after a freeze: lease, look of the standby, and some for a busy machine. */
const TAKE_OVER_MS = 10_000;

/** Moments at which a leader can die; each names what is certain about its last claim. */
const moments = ["any", "before the commit", "commit unknown", "before the publication", "in the publication"] as const;

/** Faults of the watcher that leads. */
export const leaderFaults: readonly Fault[] = [
  { name: "leader-kill", strike: (context) => killLeader(context, "any") },
  {
    name: "leader-kill-at-failpoint",
    strike: (context) => killLeader(context, context.random.pick(moments.slice(1))),
  },
  {
    name: "leader-term",
    async strike({ site, random }) {
      const leader = await site.leader(random);
      await last(random, 0, 100);
      await leader.end("SIGTERM");
      await last(random, 0, 3_000);
      await leader.start();
    },
  },
  {
    name: "leader-freeze",
    async strike(context) {
      const leader = await context.site.leader(context.random);
      const holder = await holderOf(context);
      leader.freeze();
      // Half of them for longer than the lease: another one takes over, and the old one wakes up deposed.
      if (context.random.chance(0.5)) await last(context.random, 300, 3_000);
      else await takenOver(context, holder);
      await last(context.random, 0, 3_000);
      leader.thaw();
    },
  },
  {
    name: "leader-starved",
    // A twentieth of a processor, in slices: it never stands still for as long as its lease.
    async strike({ site, random }) {
      const leader = await site.leader(random);
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
  const { site, random } = context;
  const leader = await site.leader(random);
  const holder = await holderOf(context);
  await until(context, leader, moment);
  await leader.end("SIGKILL");
  for (const link of [leader.database, leader.redis]) link.heal();
  if (random.chance(0.5)) await takenOver(context, holder);
  else await last(random, 0, 3_000);
  await leader.start();
}

async function until(context: FaultContext, leader: ServiceSlot, moment: (typeof moments)[number]): Promise<void> {
  const { random } = context;
  switch (moment) {
    case "any":
      return last(random, 0, 100);
    case "before the commit":
      leader.database.misbehave({ kind: "stall", directions: ["up"] });
      return last(random, 20, 500);
    case "commit unknown":
      leader.database.misbehave({ kind: "stall", directions: ["down"] });
      return last(random, 20, 500);
    case "before the publication": {
      leader.redis.misbehave({ kind: "stall", directions: ["up"] });
      const before = await headOf(context);
      await timeUntil(async () => (await headOf(context)) > before, { patienceMs: 2_000 });
      return;
    }
    case "in the publication":
      leader.redis.misbehave({ kind: "drop-after", bytes: 400 });
      return last(random, 50, 400);
  }
}

/** Takes the time from now until somebody else holds the lease. */
async function takenOver(context: FaultContext, holder: string | null): Promise<void> {
  // Nobody is not somebody else: between the end of a lease and the next holder every change waits.
  const somebodyElse = async () => {
    const now = await holderOf(context);
    return now !== null && now !== holder;
  };
  const took = await timeUntil(somebodyElse, { patienceMs: TAKE_OVER_MS });
  if (took !== null) context.notes.measure("takeOver", took);
  else context.notes.violation(`nobody took over within ${TAKE_OVER_MS} ms`);
}

async function holderOf({ sql }: FaultContext): Promise<string | null> {
  const { rows } = await insist(() =>
    sql.query<{ leader_id: string | null }>("select leader_id from app.sync_state where lease_until > now()"),
  );
  return rows[0]?.leader_id ?? null;
}

async function headOf({ sql }: FaultContext): Promise<number> {
  const { rows } = await insist(() => sql.query<{ head: string }>("select head_seq as head from app.sync_state"));
  return Number(rows[0]?.head ?? 0);
}
