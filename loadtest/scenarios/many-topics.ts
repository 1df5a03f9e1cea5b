/**
 * Question it answers: with a thousand rows on every socket, how long does subscribing take, and how fast are changes
 * delivered?
 */
import { defineScenario, phaseSettings, phasesOf, undisturbed } from "../plan/scenario.ts";
import { constantChanges, rowHolders } from "../plan/workload.ts";

export const manyTopics = defineScenario({
  name: "many-topics",
  question: "With a thousand rows on every socket, how long does subscribing take, and is every change delivered?",
  settings: {
    ...phaseSettings,
    sockets: "sockets that hold rows",
    perSocket: "rows that each socket holds",
    rows: "rows in total",
    rate: "changes per second",
    subscribeP95Ms: "budget: SUBSCRIBE of up to a thousand rows",
    deliveryP99Ms: "budget: from the change to the signal",
  },
  phases: phasesOf,
  dataset: (s) => ({ tenants: 2, users: s.sockets, rows: s.rows }),
  workloads: (s) => [rowHolders(s.sockets), constantChanges(s.rate, s.holdSeconds)],
  budgets: (s) => [
    ...undisturbed,
    {
      metric: "rt_subscribe_ms",
      expression: `p(95)<=${s.subscribeP95Ms}`,
      why: "a page is not live before it is subscribed, and users notice a longer wait",
    },
    {
      metric: "rt_delivery_ms",
      expression: `p(99)<=${s.deliveryP99Ms}`,
      why: "many subscriptions must not slow down delivery",
    },
  ],
});
