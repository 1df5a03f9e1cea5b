import { setTimeout as wait } from "node:timers/promises";
import type { FaultProxy } from "@heliograph/testkit/network/fault-proxy";
import { disturb, type Fault, type FaultContext, randomPause, timeUntil } from "./fault.ts";

/** Faults of Redis and of the links to it. */
export const redisFaults: readonly Fault[] = [
  {
    name: "redis-kill",
    async inject({ cluster, random }) {
      await cluster.redis.kill();
      // Rarely, for longer than sessions and leases last.
      if (random.chance(0.05)) await wait(65_000);
      else await randomPause(random, 0, 5_000);
      await cluster.redis.restart();
    },
  },
  {
    name: "redis-freeze",
    async inject({ cluster, random }) {
      cluster.redis.signal("SIGSTOP");
      await randomPause(random, 500, 8_000);
      cluster.redis.signal("SIGCONT");
    },
  },
  {
    name: "redis-kill-clients",
    async inject({ cluster, random }) {
      for (let n = random.int(2, 6); n > 0; n--) {
        await cluster.redis.command("CLIENT", "KILL", "TYPE", random.pick(["pubsub", "normal"]));
        await randomPause(random, 50, 800);
      }
    },
  },
  {
    name: "redis-flush",
    async inject({ cluster, random }) {
      for (let n = 3; n > 0; n--) {
        await cluster.redis.command("FLUSHALL");
        await randomPause(random, 100, 500);
      }
    },
  },
  {
    name: "redis-half-open",
    inject: (context) => blackhole(context),
  },
  {
    name: "redis-overflow",
    // Exceeds the output buffer limit for a subscriber that does not read (32 MB): Redis closes the connection.
    async inject(context) {
      const { cluster, random } = context;
      const { redis } = random.pick(cluster.gateways);
      redis.inject({ kind: "stall", directions: ["down"] });
      await cluster.redis.publish(`${cluster.settings["REDIS_PREFIX"]}:hint`, "x".repeat(1_000_000), 40);
      await randomPause(random, 0, 3_000);
      redis.heal();
    },
  },
  {
    name: "redis-slow",
    inject: ({ cluster, random }) =>
      disturb(
        random,
        cluster.services.map(redisLink),
        { kind: "latency", ms: random.int(100, 1_500), jitterMs: 300 },
        [2_000, 6_000],
      ),
  },
  {
    name: "redis-stall",
    inject: (context) => {
      const directions = context.random.pick([["up"], ["down"], ["up", "down"]] as const);
      return disturb(context.random, someLinks(context), { kind: "stall", directions }, [500, 8_000]);
    },
  },
  {
    name: "redis-loss",
    inject: (context) => {
      const share = context.random.pick([0.01, 0.1, 0.5, 1]);
      return disturb(context.random, someLinks(context), { kind: "lose-messages", share }, [2_000, 6_000]);
    },
  },
  {
    name: "redis-drop-after",
    inject: (context) =>
      disturb(context.random, someLinks(context), { kind: "drop-after", bytes: 20_000 }, [1_000, 5_000]),
  },
  {
    name: "redis-partition",
    inject: (context) => disturb(context.random, someLinks(context), { kind: "refuse" }, [500, 6_000]),
  },
];

/** A gateway may trust a silent Redis for 3 s and must then read the log; the rest is a margin for a busy machine. */
const NOTICED_MS = 6_000;

async function blackhole(context: FaultContext): Promise<void> {
  const { random, observer, cluster } = context;
  const links = someLinks(context);
  const withoutHints = cluster.gateways.find((gateway) => links.includes(gateway.redis));
  for (const link of links) link.inject({ kind: "blackhole" });
  if (withoutHints !== undefined && random.chance(0.5)) {
    const reads = () => withoutHints.metric("heliograph_gateway_repairs_total", /reason="(silence|poll)"/);
    const before = (await reads()) ?? 0;
    const took = await timeUntil(async () => ((await reads()) ?? 0) > before, { timeoutMs: NOTICED_MS });
    if (took !== null) observer.measure("silenceNoticed", took);
    else observer.violation(`a gateway did not notice a silent Redis for ${NOTICED_MS} ms`);
  } else await randomPause(random, 500, 8_000);
  for (const link of links) link.heal();
}

const redisLink = ({ redis }: { redis: FaultProxy }): FaultProxy => redis;

/** Links of one to all services to Redis. */
function someLinks({ cluster, random }: FaultContext): FaultProxy[] {
  return random.sample(cluster.services, random.int(1, cluster.services.length)).map(redisLink);
}
