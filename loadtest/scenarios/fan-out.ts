/**
 * Question it answers: when all users look at the same row, how much time passes between the first and the last of them to
 * receive a change?
 */
import { defineScenario, phaseSettings, phasesOf, undisturbed } from "../plan/scenario.ts";
import { constantChanges, rowHolders } from "../plan/workload.ts";

export const fanOut = defineScenario({
  name: "fan-out",
  question:
    "When all sockets hold the same row, how much time passes between the first and the last to receive a change?",
  settings: {
    ...phaseSettings,
    sockets: "sockets that hold the row",
    perSocket: "always 1: the hot row",
    tagChanges: "always 1: tags latencies with their change, to measure the time between the first and the last socket",
    rate: "changes of the row per second",
    deliveryP99Ms: "budget: from the change to the signal",
    spreadP95Ms: "budget: from the first socket to the last",
  },
  phases: phasesOf,
  dataset: (s) => ({ tenants: 1, users: s.sockets, rows: 1 }),
  workloads: (s) => [rowHolders(s.sockets), constantChanges(s.rate, s.holdSeconds)],
  budgets: (s) => [
    ...undisturbed,
    {
      metric: "rt_delivery_ms",
      expression: `p(99)<=${s.deliveryP99Ms}`,
      why: "the change must feel fast to the last user as well",
    },
    {
      metric: "rt_spread_ms",
      expression: `p(95)<=${s.spreadP95Ms}`,
      why: "users in one room must not see their screens differ",
    },
  ],
});
