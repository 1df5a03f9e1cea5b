import { setTimeout as wait } from "node:timers/promises";
import type { FaultProxy } from "@heliograph/testkit/network/fault-proxy";
import { pingIntervalMs } from "../site.ts";
import { type Fault, type FaultContext, insist, last, trouble } from "./fault.ts";

/** Faults of the links between clients and gateways. */
export const clientFaults: readonly Fault[] = [
  {
    name: "client-partition",
    strike: (context) => trouble(context.random, someLinks(context), { kind: "refuse" }, [200, 8_000]),
  },
  {
    name: "client-flapping",
    async strike(context) {
      for (let n = context.random.int(3, 8); n > 0; n--) {
        for (const link of someLinks(context)) link.cut();
        await last(context.random, 50, 800);
      }
    },
  },
  {
    name: "client-stall-inbound",
    strike: (context) =>
      trouble(context.random, someLinks(context), { kind: "stall", directions: ["down"] }, [200, 10_000]),
  },
  {
    name: "client-stall-outbound",
    strike: (context) =>
      trouble(context.random, someLinks(context), { kind: "stall", directions: ["up"] }, [200, 10_000]),
  },
  {
    name: "client-stall",
    strike: (context) =>
      trouble(context.random, someLinks(context), { kind: "stall", directions: ["up", "down"] }, [200, 10_000]),
  },
  {
    name: "client-half-open",
    // A PING after half an interval of silence, and at most a whole one for its answer.
    noticeMs: 2 * pingIntervalMs,
    strike: (context) => trouble(context.random, someLinks(context), { kind: "blackhole" }, [500, 8_000]),
  },
  {
    name: "client-drop-after",
    strike: (context) =>
      trouble(context.random, someLinks(context), { kind: "drop-after", bytes: 30_000 }, [1_000, 5_000]),
  },
  {
    name: "client-slow",
    strike: (context) =>
      trouble(
        context.random,
        someLinks(context),
        { kind: "throttle", bytesPerSecond: 1_000, direction: "down" },
        [3_000, 12_000],
      ),
  },
  {
    name: "client-latency",
    strike: (context) =>
      trouble(
        context.random,
        someLinks(context),
        { kind: "latency", ms: context.random.int(50, 800), jitterMs: 200 },
        [2_000, 6_000],
      ),
  },
  {
    name: "client-reload",
    // A tab that dies during a fetch, between a signal and the store, or anywhere else, and is opened again.
    async strike({ clients, random }) {
      for (let n = random.int(2, 5); n > 0; n--) {
        for (const client of random.sample(clients, random.int(1, clients.length))) client.reload();
        await last(random, 20, 1_000);
      }
    },
  },
  {
    name: "client-asleep",
    // For an hour, as far as its clock says; its sessions end meanwhile, or do not.
    async strike({ clients, random, sql }) {
      const sleepers = random.sample(clients, random.int(1, clients.length));
      for (const { device, link } of sleepers) {
        device.sleep();
        link.misbehave({ kind: "stall", directions: ["up", "down"] });
      }
      await last(random, 200, 8_000);
      if (random.chance(0.5))
        await insist(() => sql.query("update app.rxdb_session set expires_ts = clock_timestamp()"));
      for (const { device, link } of sleepers) {
        if (random.chance(0.5)) link.cut();
        link.heal();
        device.wake({ wallMs: 3_600_000, monotonicMs: random.pick([0, 3_600_000]) });
      }
    },
  },
  {
    name: "token-expired",
    // Awake or asleep: the socket is closed when its token ends, and the user signs in again.
    async strike({ clients, random }) {
      const some = random.sample(clients, random.int(1, clients.length));
      for (const client of some) client.useShortToken(random.int(1_500, 3_000));
      await wait(700);
      const sleepers = some.filter(() => random.chance(0.5));
      for (const { device } of sleepers) device.sleep();
      await wait(random.int(2_500, 3_500));
      for (const { device } of sleepers) device.wake({ wallMs: random.pick([0, 3_600_000]), monotonicMs: 0 });
    },
  },
  {
    name: "all-sockets-cut",
    async strike({ clients, random }) {
      for (const { link } of clients) link.cut();
      await last(random, 100, 1_000);
    },
  },
];

/** Links of one to all clients. */
function someLinks({ clients, random }: FaultContext): FaultProxy[] {
  return random.sample(clients, random.int(1, clients.length)).map(({ link }) => link);
}
