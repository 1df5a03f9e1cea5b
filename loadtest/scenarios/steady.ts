/**
 * Question it answers: at the rated number of sockets and changes, is every change delivered, and how fast?
 *
 * This is the reference run, whose figures belong in release notes. All sockets are open before the first change, every
 * row is held by the same number of sockets, and changes of one row are so far apart that none may coalesce.
 */
import { defineScenario, phaseSettings, phasesOf, undisturbed } from "../plan/scenario.ts";
import { constantChanges, rowHolders } from "../plan/workload.ts";

export const steady = defineScenario({
  name: "steady",
  question: "At the rated number of sockets and changes, is every change delivered, and how fast?",
  settings: {
    ...phaseSettings,
    sockets: "sockets that hold rows",
    perSocket: "rows that each socket holds",
    rows: "rows that are changed",
    rate: "changes per second",
    deliveryP99Ms: "budget: from the change to the signal",
    receivedShare: "budget: signals received divided by signals due",
  },
  phases: phasesOf,
  dataset: (s) => ({ tenants: 4, users: s.sockets, rows: s.rows }),
  workloads: (s) => [rowHolders(s.sockets), constantChanges(s.rate, s.holdSeconds)],
  budgets: (s) => [
    ...undisturbed,
    // An application feels immediate up to about 250 ms. Users remember the tail, so the budget is not on the average.
    { metric: "rt_delivery_ms", expression: `p(99)<=${s.deliveryP99Ms}`, why: "what users perceive as immediate" },
    // Each row changes far less than once a second here; signals that coalesce would mean that changes were held back.
    {
      metric: "rt_received_share",
      expression: `value>=${s.receivedShare}`,
      why: "no signals may coalesce at this rate",
    },
  ],
});
