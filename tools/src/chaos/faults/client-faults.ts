import type { FaultProxy } from "../fault-proxy.ts";
import { type Fault, type FaultContext, last, trouble } from "./fault.ts";

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
