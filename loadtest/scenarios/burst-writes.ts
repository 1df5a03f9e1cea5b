/**
 * Question: an import or a month's end makes ten times the changes for a while; is anything lost, and how soon is it as
 * before?
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

export const burstWrites = defineScenario({
  name: "burst-writes",
  question: "Ten times the changes for a while: is anything lost, and how soon is it as quick as before?",
  settings: {
    ...phaseSettings,
    sockets: "sockets that hold rows",
    perSocket: "rows that each of them holds",
    rows: "rows that are changed",
    rate: "changes per second before and after",
    burst: "changes per second in between",
    calmSeconds: "time before the burst",
    burstSeconds: "length of the burst; the rest of holdSeconds comes after it",
    recoveryMs: "budget: from the end of the burst until signals are as quick as before",
  },
  phases: phasesOf,
  world: (s) => ({ tenants: 2, users: s.sockets, rows: s.rows }),
  crowds: (s) => [
    { kind: "connections", name: "holders", journey: "holdRows", count: s.sockets },
    {
      kind: "arrivals",
      name: "changes",
      journey: "writeRow",
      from: "writeFrom",
      longestSeconds: 5,
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
    ...correctness,
    noRepeats,
    allConnect,
    allSubscribe,
    allWritten,
    neverClosed,
    // Latency during the burst is no budget: queueing is the right answer to it, forgetting is not.
    { metric: "rt_recovery_ms", expression: `value<=${s.recoveryMs}`, why: "a burst must not be felt long after it" },
  ],
});
