/**
 * Question it answers: when an import multiplies the changes by ten for a while, is any of them lost, and how soon is
 * delivery as fast as before?
 */
import { defineScenario, phaseSettings, phasesOf, undisturbed } from "../plan/scenario.ts";
import { rowHolders } from "../plan/workload.ts";

export const burstWrites = defineScenario({
  name: "burst-writes",
  question:
    "When the rate of changes rises tenfold for a while, is any change lost, and how soon is delivery fast again?",
  settings: {
    ...phaseSettings,
    sockets: "sockets that hold rows",
    perSocket: "rows that each socket holds",
    rows: "rows that are changed",
    rate: "changes per second before and after the burst",
    burst: "changes per second during the burst",
    calmSeconds: "time before the burst",
    burstSeconds: "length of the burst; the rest of holdSeconds follows it",
    recoveryMs: "budget: from the end of the burst until signals are as fast as before",
  },
  phases: phasesOf,
  dataset: (s) => ({ tenants: 2, users: s.sockets, rows: s.rows }),
  workloads: (s) => [
    rowHolders(s.sockets),
    {
      kind: "arrivals",
      name: "changes",
      journey: "writeRow",
      from: "writeFrom",
      maxJourneySeconds: 5,
      startRate: s.rate,
      stages: [
        { target: s.rate, seconds: s.calmSeconds },
        { target: s.burst, seconds: 0.5 },
        { target: s.burst, seconds: s.burstSeconds },
        { target: s.rate, seconds: 0.5 },
        { target: s.rate, seconds: Math.max(0, s.holdSeconds - s.calmSeconds - s.burstSeconds - 1) },
      ],
    },
  ],
  budgets: (s) => [
    ...undisturbed,
    // There is no budget on latency during the burst: the product may queue changes, but not lose them.
    { metric: "rt_recovery_ms", expression: `value<=${s.recoveryMs}`, why: "a burst must not be felt long after it" },
  ],
});
