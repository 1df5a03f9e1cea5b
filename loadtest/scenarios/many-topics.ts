/**
 * Question: what does it cost to hold a thousand rows on every socket: to subscribe, and to be told?
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

export const manyTopics = defineScenario({
  name: "many-topics",
  question: "With a thousand rows on every socket: how long does a subscription take, and is everything told?",
  settings: {
    ...phaseSettings,
    sockets: "sockets",
    perSocket: "rows that each of them holds",
    rows: "rows there are",
    rate: "changes per second",
    subscribeP95Ms: "budget: SUBSCRIBE of up to a thousand rows",
    deliveryP99Ms: "budget: from the change to the signal",
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
      metric: "rt_subscribe_ms",
      expression: `p(95)<=${s.subscribeP95Ms}`,
      why: "a page is not live before; longer is felt when one is opened",
    },
    {
      metric: "rt_delivery_ms",
      expression: `p(99)<=${s.deliveryP99Ms}`,
      why: "holding much must not make telling slow",
    },
  ],
});
