/**
 * Question it answers: how much memory does an idle socket cost? The number of sockets per gateway follows from it.
 */
import { allConnect, allSubscribe, cleanedUp, defineScenario, neverClosed } from "../plan/scenario.ts";

export const idleCapacity = defineScenario({
  name: "idle-capacity",
  question: "How much memory does an idle socket cost, and how many fit on a gateway?",
  settings: {
    rampSeconds: "time over which the sockets are opened",
    holdSeconds: "time that they stay open",
    users: "users, each with several sockets",
    socketsPerUser: "sockets of each user",
    perSocket: "rows that each socket holds",
    rows: "rows in total",
    bytesPerSocket: "budget: memory of the gateways per socket",
  },
  phases: (s) => ({ rampSeconds: s.rampSeconds, holdSeconds: s.holdSeconds, settleSeconds: 0, verifySeconds: 0 }),
  dataset: (s) => ({ tenants: 2, users: s.users * s.socketsPerUser, rows: s.rows }),
  workloads: (s) => [{ kind: "connections", name: "idle", journey: "idle", count: s.users }],
  budgets: (s) => [
    allConnect,
    allSubscribe,
    neverClosed,
    // A gateway is full at 7 000 sockets by choice (docs/operations.md, sizing). At 36 kB each these are 252 MB of its 2 GB,
    // so memory is not the limit, and there is room for a burst.
    {
      metric: "rt_bytes_per_socket",
      expression: `value<=${s.bytesPerSocket}`,
      why: "it decides how many gateways have to run",
    },
    cleanedUp,
  ],
});
