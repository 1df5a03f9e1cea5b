/**
 * Question it answers: is everything that must be rejected rejected in the documented way, without effects on other users?
 */
import {
  allConnect,
  allWritten,
  correctness,
  defineScenario,
  neverClosed,
  noDuplicates,
  phaseSettings,
  phasesOf,
} from "../plan/scenario.ts";
import { constantChanges, rowHolders } from "../plan/workload.ts";

export const authAbuse = defineScenario({
  name: "auth-abuse",
  question: "Is everything that must be rejected rejected, without effects on other users?",
  settings: {
    ...phaseSettings,
    sockets: "sockets of honest users",
    perSocket: "rows that each honest socket holds",
    rows: "rows that are changed",
    rate: "changes per second",
    attackers: "connections of attackers",
    deliveryP99Ms: "budget: from the change to the signal, at the honest sockets",
  },
  phases: phasesOf,
  dataset: (s) => ({ tenants: 2, users: s.sockets + s.attackers, rows: s.rows }),
  workloads: (s) => [
    { ...rowHolders(s.sockets), name: "honest" },
    { kind: "connections", name: "attackers", journey: "abuse", count: s.attackers },
    constantChanges(s.rate, s.holdSeconds),
  ],
  budgets: (s) => [
    ...correctness,
    noDuplicates,
    allConnect,
    allWritten,
    neverClosed,
    {
      metric: "rt_auth_rejected_ok",
      expression: "rate==1",
      why: "a single attempt that succeeds is a security hole",
    },
    {
      metric: "rt_delivery_ms",
      expression: `p(99)<=${s.deliveryP99Ms}`,
      why: "abuse must cost the attacker, not the other users",
    },
  ],
});
