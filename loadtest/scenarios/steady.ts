/**
 * Question: at the rated number of sockets and changes, is every change told, and how soon?
 *
 * The reference run: its figures belong into release notes. All sockets are open before the first change, each row is
 * held by the same number of sockets, and changes of one row lie so far apart that none may coalesce.
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

export const steady = defineScenario({
  name: "steady",
  question: "At the rated number of sockets and changes, is every change told, and how soon?",
  settings: {
    ...phaseSettings,
    sockets: "sockets that hold rows",
    perSocket: "rows that each of them holds",
    rows: "rows that are changed",
    rate: "changes per second",
    deliveryP99Ms: "budget: from the change to the signal",
    toldShare: "budget: signals received of those due",
  },
  phases: phasesOf,
  world: (s) => ({ tenants: 4, users: s.sockets, rows: s.rows }),
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
    // An application feels immediate up to about 250 ms; the tail is what users remember, so not the average.
    { metric: "rt_delivery_ms", expression: `p(99)<=${s.deliveryP99Ms}`, why: "what feels immediate" },
    // Rows change far less than once a second here: coalescing would mean that changes were held back.
    { metric: "rt_told_share", expression: `value>=${s.toldShare}`, why: "nothing may coalesce at this rate" },
  ],
});
