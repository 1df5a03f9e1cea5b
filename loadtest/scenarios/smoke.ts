/**
 * Question it answers: does the whole path work at all? A few sockets, a few changes, every guarantee checked.
 *
 * Run it first against a new deployment. It takes seconds, and while it fails every other scenario is pointless.
 */
import { defineScenario, phaseSettings, phasesOf, undisturbed } from "../plan/scenario.ts";
import { constantChanges, rowHolders } from "../plan/workload.ts";

export const smoke = defineScenario({
  name: "smoke",
  question: "Does the whole path work at all?",
  settings: {
    ...phaseSettings,
    sockets: "sockets that hold rows",
    perSocket: "rows that each socket holds",
    rows: "rows that are changed",
    rate: "changes per second",
    workers: "users who edit and read",
    thinkSeconds: "time from one edit of a user to the next",
    deliveryP99Ms: "budget: from the change to the signal",
    echoP99Ms: "budget: from sending a change to its signal",
  },
  phases: phasesOf,
  dataset: (s) => ({ tenants: 2, users: s.sockets, rows: s.rows }),
  workloads: (s) => [
    rowHolders(s.sockets),
    { kind: "connections", name: "workers", journey: "work", count: s.workers },
    constantChanges(s.rate, s.holdSeconds),
  ],
  budgets: (s) => [
    ...undisturbed,
    {
      metric: "rt_delivery_ms",
      expression: `p(99)<=${s.deliveryP99Ms}`,
      why: "the product's stated latency under light load",
    },
    {
      metric: "rt_echo_ms",
      expression: `p(99)<=${s.echoP99Ms}`,
      why: "what users perceive; measured on one clock wherever the generator runs",
    },
  ],
});
