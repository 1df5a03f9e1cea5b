/**
 * Question it answers: when some clients do not read, do the others notice, and are the slow ones closed as documented?
 */
import { defineScenario, phaseSettings, phasesOf, undisturbed } from "../plan/scenario.ts";
import { constantChanges, rowHolders } from "../plan/workload.ts";

export const slowConsumer = defineScenario({
  name: "slow-consumer",
  question: "When some clients do not read, do the others notice, and are the slow ones closed as documented?",
  settings: {
    ...phaseSettings,
    sockets: "sockets that read",
    slow: "sockets that stop reading",
    perSocket: "rows that each socket holds",
    rows: "rows that are changed",
    rate: "changes per second",
    deliveryP99Ms: "budget: from the change to the signal, at the sockets that read",
  },
  // A client that does not read answers no pings either. It is detected after two missed pings, here within seconds.
  clusterEnv: { PING_INTERVAL_MS: "1000" },
  phases: phasesOf,
  dataset: (s) => ({ tenants: 2, users: s.sockets + s.slow, rows: s.rows }),
  workloads: (s) => [
    { ...rowHolders(s.sockets), name: "readers" },
    { kind: "connections", name: "slow", journey: "stall", count: s.slow, onlyNode: true },
    constantChanges(s.rate, s.holdSeconds),
  ],
  budgets: (s) => [
    ...undisturbed,
    {
      metric: "rt_delivery_ms",
      expression: `p(99)<=${s.deliveryP99Ms}`,
      why: "a slow client must not delay the others",
    },
    {
      metric: "rt_slow_closed",
      expression: "rate==1",
      why: "a client that does not read costs memory until it is closed",
    },
  ],
});
