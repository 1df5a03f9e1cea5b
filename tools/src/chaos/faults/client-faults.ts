import { setTimeout as wait } from "node:timers/promises";
import type { FaultProxy } from "../fault-proxy.ts";
import { pingIntervalMs } from "../site.ts";
import { type Fault, type FaultContext, insist, last, trouble } from "./fault.ts";

/** Faults of the links between clients and gateways. */
export const clientFaults: readonly Fault[] = [
  {
    name: "client-partition",
    strike: (context) => trouble(context.dice, someLinks(context), { kind: "refuse" }, [200, 8_000]),
  },
  {
    name: "client-flapping",
    async strike(context) {
      for (let n = context.dice.between(3, 8); n > 0; n--) {
        for (const link of someLinks(context)) link.cut();
        await last(context.dice, 50, 800);
      }
    },
  },
  {
    name: "client-stall-inbound",
    strike: (context) =>
      trouble(context.dice, someLinks(context), { kind: "stall", directions: ["down"] }, [200, 10_000]),
  },
  {
    name: "client-stall-outbound",
    strike: (context) =>
      trouble(context.dice, someLinks(context), { kind: "stall", directions: ["up"] }, [200, 10_000]),
  },
  {
    name: "client-stall",
    strike: (context) =>
      trouble(context.dice, someLinks(context), { kind: "stall", directions: ["up", "down"] }, [200, 10_000]),
  },
  {
    name: "client-half-open",
    // A PING after half an interval of silence, and at most a whole one for its answer.
    noticeMs: 2 * pingIntervalMs,
    strike: (context) => trouble(context.dice, someLinks(context), { kind: "blackhole" }, [500, 8_000]),
  },
  {
    name: "client-drop-after",
    strike: (context) =>
      trouble(context.dice, someLinks(context), { kind: "drop-after", bytes: 30_000 }, [1_000, 5_000]),
  },
  {
    name: "client-slow",
    strike: (context) =>
      trouble(
        context.dice,
        someLinks(context),
        { kind: "throttle", bytesPerSecond: 1_000, direction: "down" },
        [3_000, 12_000],
      ),
  },
  {
    name: "client-latency",
    strike: (context) =>
      trouble(
        context.dice,
        someLinks(context),
        { kind: "latency", ms: context.dice.between(50, 800), jitterMs: 200 },
        [2_000, 6_000],
      ),
  },
  {
    name: "client-reload",
    // A tab that dies during a fetch, between a signal and the store, or anywhere else, and is opened again.
    async strike({ clients, dice }) {
      for (let n = dice.between(2, 5); n > 0; n--) {
        for (const client of dice.sample(clients, dice.between(1, clients.length))) client.reload();
        await last(dice, 20, 1_000);
      }
    },
  },
  {
    name: "client-asleep",
    // For an hour, as far as its clock says; its sessions end meanwhile, or do not.
    async strike({ clients, dice, sql }) {
      const sleepers = dice.sample(clients, dice.between(1, clients.length));
      for (const { device, link } of sleepers) {
        device.sleep();
        link.misbehave({ kind: "stall", directions: ["up", "down"] });
      }
      await last(dice, 200, 8_000);
      if (dice.chance(0.5)) await insist(() => sql.query("update app.rxdb_session set expires_ts = clock_timestamp()"));
      for (const { device, link } of sleepers) {
        if (dice.chance(0.5)) link.cut();
        link.heal();
        device.wake({ wallMs: 3_600_000, monotonicMs: dice.pick([0, 3_600_000]) });
      }
    },
  },
  {
    name: "token-expired",
    // Awake or asleep: the socket is closed when its token ends, and the user signs in again.
    async strike({ clients, dice }) {
      const some = dice.sample(clients, dice.between(1, clients.length));
      for (const client of some) client.useShortToken(dice.between(1_500, 3_000));
      await wait(700);
      const sleepers = some.filter(() => dice.chance(0.5));
      for (const { device } of sleepers) device.sleep();
      await wait(dice.between(2_500, 3_500));
      for (const { device } of sleepers) device.wake({ wallMs: dice.pick([0, 3_600_000]), monotonicMs: 0 });
    },
  },
  {
    name: "all-sockets-cut",
    async strike({ clients, dice }) {
      for (const { link } of clients) link.cut();
      await last(dice, 100, 1_000);
    },
  },
];

/** Links of one to all clients. */
function someLinks({ clients, dice }: FaultContext): FaultProxy[] {
  return dice.sample(clients, dice.between(1, clients.length)).map(({ link }) => link);
}
