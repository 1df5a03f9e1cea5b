/**
 * Question: does the whole way work at all? A few sockets, a few changes, every promise checked.
 *
 * The first one to run against a new deployment: it takes seconds, and all the others are pointless where it fails.
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

export const smoke = defineScenario({
  name: "smoke",
  question: "Does the whole way work at all?",
  settings: {
    ...phaseSettings,
    sockets: "sockets that hold rows",
    perSocket: "rows that each of them holds",
    rows: "rows that are changed",
    rate: "changes per second",
    workers: "users who edit and read",
    thinkSeconds: "time from one edit of a worker to the next",
    deliveryP99Ms: "budget: from the change to the signal",
    echoP99Ms: "budget: from the request of a change to its signal",
  },
  phases: phasesOf,
  world: (s) => ({ tenants: 2, users: s.sockets, rows: s.rows }),
  crowds: (s) => [
    { kind: "connections", name: "holders", journey: "holdRows", count: s.sockets },
    { kind: "connections", name: "workers", journey: "work", count: s.workers },
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
    { metric: "rt_delivery_ms", expression: `p(99)<=${s.deliveryP99Ms}`, why: "the product's promise at a light load" },
    {
      metric: "rt_echo_ms",
      expression: `p(99)<=${s.echoP99Ms}`,
      why: "what a user feels, on one clock wherever the generator runs",
    },
  ],
});
