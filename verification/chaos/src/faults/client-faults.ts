import { setTimeout as wait } from "node:timers/promises";
import type { FaultProxy } from "@heliograph/testkit/network/fault-proxy";
import { pingIntervalMs } from "../cluster/chaos-cluster.ts";
import { disturb, type Fault, type FaultContext, randomPause, retryUntilDone } from "./fault.ts";

/** Faults of the links between clients and gateways. */
export const clientFaults: readonly Fault[] = [
  {
    name: "client-partition",
    inject: (context) => disturb(context.random, someLinks(context), { kind: "refuse" }, [200, 8_000]),
  },
  {
    name: "client-flapping",
    async inject(context) {
      for (let n = context.random.int(3, 8); n > 0; n--) {
        for (const link of someLinks(context)) link.cut();
        await randomPause(context.random, 50, 800);
      }
    },
  },
  {
    name: "client-stall-inbound",
    inject: (context) =>
      disturb(context.random, someLinks(context), { kind: "stall", directions: ["down"] }, [200, 10_000]),
  },
  {
    name: "client-stall-outbound",
    inject: (context) =>
      disturb(context.random, someLinks(context), { kind: "stall", directions: ["up"] }, [200, 10_000]),
  },
  {
    name: "client-stall",
    inject: (context) =>
      disturb(context.random, someLinks(context), { kind: "stall", directions: ["up", "down"] }, [200, 10_000]),
  },
  {
    name: "client-half-open",
    // The client pings after half an interval without messages and waits at most one interval for the answer.
    noticeMs: 2 * pingIntervalMs,
    inject: (context) => disturb(context.random, someLinks(context), { kind: "blackhole" }, [500, 8_000]),
  },
  {
    name: "client-drop-after",
    inject: (context) =>
      disturb(context.random, someLinks(context), { kind: "drop-after", bytes: 30_000 }, [1_000, 5_000]),
  },
  {
    name: "client-slow",
    inject: (context) =>
      disturb(
        context.random,
        someLinks(context),
        { kind: "throttle", bytesPerSecond: 1_000, direction: "down" },
        [3_000, 12_000],
      ),
  },
  {
    name: "client-latency",
    inject: (context) =>
      disturb(
        context.random,
        someLinks(context),
        { kind: "latency", ms: context.random.int(50, 800), jitterMs: 200 },
        [2_000, 6_000],
      ),
  },
  {
    name: "client-reload",
    // A tab is terminated at an arbitrary point (during a fetch, between a notification and the store) and opened again.
    async inject({ clients, random }) {
      for (let n = random.int(2, 5); n > 0; n--) {
        for (const client of random.sample(clients, random.int(1, clients.length))) client.reload();
        await randomPause(random, 20, 1_000);
      }
    },
  },
  {
    name: "client-asleep",
    // Suspends clients for an hour by their clock; their sessions expire meanwhile in half of the cases.
    async inject({ clients, random, sql }) {
      const suspended = random.sample(clients, random.int(1, clients.length));
      for (const { runtime, link } of suspended) {
        runtime.suspend();
        link.inject({ kind: "stall", directions: ["up", "down"] });
      }
      await randomPause(random, 200, 8_000);
      if (random.chance(0.5))
        await retryUntilDone(() => sql.query("update app.rxdb_session set expires_ts = clock_timestamp()"));
      for (const { runtime, link } of suspended) {
        if (random.chance(0.5)) link.cut();
        link.heal();
        runtime.resume({ wallMs: 3_600_000, monotonicMs: random.pick([0, 3_600_000]) });
      }
    },
  },
  {
    name: "token-expired",
    // The socket is closed when its token expires, for running and suspended clients; the user then signs in again.
    async inject({ clients, random }) {
      const some = random.sample(clients, random.int(1, clients.length));
      for (const client of some) client.useShortToken(random.int(1_500, 3_000));
      await wait(700);
      const suspended = some.filter(() => random.chance(0.5));
      for (const { runtime } of suspended) runtime.suspend();
      await wait(random.int(2_500, 3_500));
      for (const { runtime } of suspended) runtime.resume({ wallMs: random.pick([0, 3_600_000]), monotonicMs: 0 });
    },
  },
  {
    name: "all-sockets-cut",
    async inject({ clients, random }) {
      for (const { link } of clients) link.cut();
      await randomPause(random, 100, 1_000);
    },
  },
];

/** Links of one to all clients. */
function someLinks({ clients, random }: FaultContext): FaultProxy[] {
  return random.sample(clients, random.int(1, clients.length)).map(({ link }) => link);
}
