/**
 * Question it answers: is the system after hours of load as fast and as small as in the beginning? Leaks and slow
 * degradation show up in no other scenario.
 */
import {
  allConnect,
  allSubscribe,
  allWritten,
  cleanedUp,
  correctness,
  defineScenario,
  noDuplicates,
  phaseSettings,
  phasesOf,
} from "../plan/scenario.ts";
import { constant, constantChanges, rowHolders } from "../plan/workload.ts";

export const soak = defineScenario({
  name: "soak",
  question: "Is the system after hours of load as fast as in the beginning?",
  settings: {
    ...phaseSettings,
    sockets: "sockets that hold rows all the time",
    perSocket: "rows that each socket holds",
    rows: "rows that are changed",
    rate: "changes per second",
    visitors: "sockets per second that connect for a short visit",
    staySeconds: "length of a visit",
    deliveryP99Ms: "budget: from the change to the signal",
    drift: "budget: p99 of the last third of the run divided by p99 of the first third",
  },
  phases: phasesOf,
  dataset: (s) => ({ tenants: 4, users: s.sockets, rows: s.rows }),
  workloads: (s) => [
    rowHolders(s.sockets),
    {
      kind: "arrivals",
      name: "visitors",
      journey: "visit",
      from: "writeFrom",
      maxJourneySeconds: s.staySeconds + 2,
      ...constant(s.visitors, s.holdSeconds),
    },
    constantChanges(s.rate, s.holdSeconds),
  ],
  budgets: (s) => [
    ...correctness,
    noDuplicates,
    allConnect,
    allSubscribe,
    allWritten,
    { metric: "rt_delivery_ms", expression: `p(99)<=${s.deliveryP99Ms}`, why: "what users perceive as immediate" },
    { metric: "rt_drift", expression: `value<=${s.drift}`, why: "a p99 that rises over hours keeps rising over days" },
    cleanedUp,
  ],
});
