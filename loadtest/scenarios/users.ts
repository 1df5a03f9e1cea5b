/**
 * Question it answers: when a hundred users edit and read at the same time, do all of them see every change immediately?
 *
 * Unlike in steady, the sockets belong to active users, who edit the rows they see and read the rows that others change,
 * as the client library does.
 */
import { defineScenario, phaseSettings, phasesOf, undisturbed } from "../plan/scenario.ts";

export const users = defineScenario({
  name: "users",
  question: "When many users edit and read at the same time, do all of them see every change immediately?",
  settings: {
    ...phaseSettings,
    sockets: "users at work",
    perSocket: "rows that each user sees",
    rows: "rows in total; the fewer, the more users share each",
    thinkSeconds: "time from one edit of a user to the next",
    deliveryP99Ms: "budget: from the change to the signal",
    readP95Ms: "budget: reading the changed rows",
  },
  phases: phasesOf,
  dataset: (s) => ({ tenants: 2, users: s.sockets, rows: s.rows }),
  workloads: (s) => [{ kind: "connections", name: "users", journey: "work", count: s.sockets }],
  budgets: (s) => [
    ...undisturbed,
    {
      metric: "rt_delivery_ms",
      expression: `p(99)<=${s.deliveryP99Ms}`,
      why: "the product's stated latency on one machine",
    },
    { metric: "rt_read_ok", expression: "rate==1", why: "a signal is useless without its row" },
    {
      metric: "rt_read_ms",
      expression: `p(95)<=${s.readP95Ms}`,
      why: "every signal starts a read, so both add up to the delay on the screen",
    },
  ],
});
