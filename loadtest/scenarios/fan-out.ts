/**
 * Question: when everybody looks at the same row, how long from the first one who is told of a change to the last?
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

export const fanOut = defineScenario({
  name: "fan-out",
  question: "When everybody looks at the same row, how long from the first who is told of a change to the last?",
  settings: {
    ...phaseSettings,
    sockets: "sockets that hold the row",
    perSocket: "always 1: the hot row",
    markChanges: "always 1: tells the changes apart, to take the time between the first and the last socket",
    rate: "changes of the row per second",
    deliveryP99Ms: "budget: from the change to the signal",
    spreadP95Ms: "budget: from the first socket to the last",
  },
  phases: phasesOf,
  world: (s) => ({ tenants: 1, users: s.sockets, rows: 1 }),
  crowds: (s) => [
    { kind: "connections", name: "watchers", journey: "holdRows", count: s.sockets },
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
    {
      metric: "rt_delivery_ms",
      expression: `p(99)<=${s.deliveryP99Ms}`,
      why: "also the last one of all should find it quick",
    },
    {
      metric: "rt_spread_ms",
      expression: `p(95)<=${s.spreadP95Ms}`,
      why: "people in one room should not see each other's screens differ",
    },
  ],
});
