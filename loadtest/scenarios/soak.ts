/**
 * Question: is it after hours as it was in the beginning? What leaks or degrades shows up here and nowhere else.
 */
import {
  allConnect,
  allSubscribe,
  allWritten,
  correctness,
  defineScenario,
  noRepeats,
  phaseSettings,
  phasesOf,
} from "../plan/scenario.ts";
import { constant } from "../plan/workload.ts";

export const soak = defineScenario({
  name: "soak",
  question: "Is it after hours as it was in the beginning?",
  settings: {
    ...phaseSettings,
    sockets: "sockets that hold rows all the time",
    perSocket: "rows that each of them holds",
    rows: "rows that are changed",
    rate: "changes per second",
    visitors: "sockets per second that come and go",
    staySeconds: "time that each visitor stays",
    deliveryP99Ms: "budget: from the change to the signal",
    drift: "budget: p99 of the last third in terms of that of the first",
  },
  phases: phasesOf,
  world: (s) => ({ tenants: 4, users: s.sockets, rows: s.rows }),
  crowds: (s) => [
    { kind: "connections", name: "holders", journey: "holdRows", count: s.sockets },
    {
      kind: "arrivals",
      name: "visitors",
      journey: "knock",
      from: "writeFrom",
      longestSeconds: s.staySeconds + 2,
      ...constant(s.visitors, s.holdSeconds),
    },
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
    { metric: "rt_delivery_ms", expression: `p(99)<=${s.deliveryP99Ms}`, why: "what feels immediate" },
    { metric: "rt_drift", expression: `value<=${s.drift}`, why: "a p99 that rises for hours rises for days" },
    { metric: "rt_cleanup_ratio", expression: "rate==1", why: "rows of visitors that stay behind are a leak" },
  ],
});
