/**
 * Question: is everything refused that must be refused, in the documented way, and does nobody else notice?
 */
import {
  allConnect,
  allWritten,
  correctness,
  defineScenario,
  neverClosed,
  noRepeats,
  phaseSettings,
  phasesOf,
} from "../plan/scenario.ts";
import { constant } from "../plan/workload.ts";

export const authAbuse = defineScenario({
  name: "auth-abuse",
  question: "Is everything refused that must be refused, and does nobody else notice?",
  settings: {
    ...phaseSettings,
    sockets: "honest sockets beside it",
    perSocket: "rows that each of them holds",
    rows: "rows that are changed",
    rate: "changes per second",
    attackers: "connections of people who mean harm",
    deliveryP99Ms: "budget: from the change to the signal, at the honest ones",
  },
  phases: phasesOf,
  world: (s) => ({ tenants: 2, users: s.sockets + s.attackers, rows: s.rows }),
  crowds: (s) => [
    { kind: "connections", name: "honest", journey: "holdRows", count: s.sockets },
    { kind: "connections", name: "attackers", journey: "abuse", count: s.attackers },
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
    allWritten,
    neverClosed,
    { metric: "rt_auth_rejected_ok", expression: "rate==1", why: "one attempt that gets through is one too many" },
    {
      metric: "rt_delivery_ms",
      expression: `p(99)<=${s.deliveryP99Ms}`,
      why: "abuse must cost the abuser, not the others",
    },
  ],
});
