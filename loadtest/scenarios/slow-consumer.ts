/**
 * Question: when some clients do not read, do the others notice, and are the slow ones sent away as documented?
 */
import {
  allConnect,
  allSubscribe,
  allWritten,
  correctness,
  defineScenario,
  neverClosed,
  noRepeats,
  phaseSettings,
  phasesOf,
} from "../plan/scenario.ts";
import { constant } from "../plan/workload.ts";

export const slowConsumer = defineScenario({
  name: "slow-consumer",
  question: "When some clients do not read, do the others notice, and are the slow ones sent away?",
  settings: {
    ...phaseSettings,
    sockets: "sockets that read",
    slow: "sockets that stop reading",
    perSocket: "rows that each of them holds",
    rows: "rows that are changed",
    rate: "changes per second",
    deliveryP99Ms: "budget: from the change to the signal, at those who read",
  },
  // A client that reads nothing answers no pings either: found after two missed ones, here after seconds.
  clusterEnv: { PING_INTERVAL_MS: "1000" },
  phases: phasesOf,
  world: (s) => ({ tenants: 2, users: s.sockets + s.slow, rows: s.rows }),
  crowds: (s) => [
    { kind: "connections", name: "readers", journey: "holdRows", count: s.sockets },
    { kind: "connections", name: "slow", journey: "stall", count: s.slow, onlyNode: true },
    {
      kind: "arrivals",
      name: "changes",
      journey: "writeRow",
      from: "writeFrom",
      longestSeconds: 2,
      ...constant(s.rate, s.holdSeconds),
    },
  ],
  budgets: (s) => [
    ...correctness,
    noRepeats,
    allConnect,
    allSubscribe,
    allWritten,
    neverClosed,
    { metric: "rt_delivery_ms", expression: `p(99)<=${s.deliveryP99Ms}`, why: "nobody waits for somebody else" },
    {
      metric: "rt_slow_closed",
      expression: "rate==1",
      why: "a client that does not read costs memory until it is sent away",
    },
  ],
});
