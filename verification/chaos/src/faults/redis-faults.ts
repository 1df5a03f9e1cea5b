import { setTimeout as wait } from "node:timers/promises";
import type { FaultProxy } from "@heliograph/testkit/network/fault-proxy";
import { type Fault, type FaultContext, last, timeUntil, trouble } from "./fault.ts";

/** Faults of Redis and of the links to it. */
export const redisFaults: readonly Fault[] = [
  {
    name: "redis-kill",
    async strike({ site, random }) {
      await site.redis.kill();
      // Seldom for longer than sessions and leases last.
      if (random.chance(0.05)) await wait(65_000);
      else await last(random, 0, 5_000);
      await site.redis.startAgain();
    },
  },
  {
    name: "redis-freeze",
    async strike({ site, random }) {
      site.redis.signal("SIGSTOP");
      await last(random, 500, 8_000);
      site.redis.signal("SIGCONT");
    },
  },
  {
    name: "redis-kill-clients",
    async strike({ site, random }) {
      for (let n = random.int(2, 6); n > 0; n--) {
        await site.redis.command("CLIENT", "KILL", "TYPE", random.pick(["pubsub", "normal"]));
        await last(random, 50, 800);
      }
    },
  },
  {
    name: "redis-flush",
    async strike({ site, random }) {
      for (let n = 3; n > 0; n--) {
        await site.redis.command("FLUSHALL");
        await last(random, 100, 500);
      }
    },
  },
  {
    name: "redis-half-open",
    strike: (context) => silence(context),
  },
  {
    name: "redis-overflow",
    // More than Redis keeps for a subscriber that does not read (32 MB): it ends the connection.
    async strike(context) {
      const { site, random } = context;
      const { redis } = random.pick(site.gateways);
      redis.misbehave({ kind: "stall", directions: ["down"] });
      await site.redis.publish(`${site.settings["REDIS_PREFIX"]}:hint`, "x".repeat(1_000_000), 40);
      await last(random, 0, 3_000);
      redis.heal();
    },
  },
  {
    name: "redis-slow",
    strike: ({ site, random }) =>
      trouble(
        random,
        site.services.map(redisLink),
        { kind: "latency", ms: random.int(100, 1_500), jitterMs: 300 },
        [2_000, 6_000],
      ),
  },
  {
    name: "redis-stall",
    strike: (context) => {
      const directions = context.random.pick([["up"], ["down"], ["up", "down"]] as const);
      return trouble(context.random, someLinks(context), { kind: "stall", directions }, [500, 8_000]);
    },
  },
  {
    name: "redis-loss",
    strike: (context) => {
      const share = context.random.pick([0.01, 0.1, 0.5, 1]);
      return trouble(context.random, someLinks(context), { kind: "lose-messages", share }, [2_000, 6_000]);
    },
  },
  {
    name: "redis-drop-after",
    strike: (context) =>
      trouble(context.random, someLinks(context), { kind: "drop-after", bytes: 20_000 }, [1_000, 5_000]),
  },
  {
    name: "redis-partition",
    strike: (context) => trouble(context.random, someLinks(context), { kind: "refuse" }, [500, 6_000]),
  },
];

/** A gateway may trust a silent Redis for 3 s, and has then to read the log; the rest is for a busy machine. */
const NOTICED_MS = 6_000;

async function silence(context: FaultContext): Promise<void> {
  const { random, notes, site } = context;
  const links = someLinks(context);
  const deaf = site.gateways.find((gateway) => links.includes(gateway.redis));
  for (const link of links) link.misbehave({ kind: "blackhole" });
  if (deaf !== undefined && random.chance(0.5)) {
    const reads = () => deaf.metric("heliograph_gateway_repairs_total", /reason="(silence|poll)"/);
    const before = (await reads()) ?? 0;
    const took = await timeUntil(async () => ((await reads()) ?? 0) > before, { patienceMs: NOTICED_MS });
    if (took !== null) notes.measure("silenceNoticed", took);
    else notes.violation(`a gateway trusted a silent Redis for ${NOTICED_MS} ms`);
  } else await last(random, 500, 8_000);
  for (const link of links) link.heal();
}

const redisLink = ({ redis }: { redis: FaultProxy }): FaultProxy => redis;

/** Links of one to all services. */
function someLinks({ site, random }: FaultContext): FaultProxy[] {
  return random.sample(site.services, random.int(1, site.services.length)).map(redisLink);
}
