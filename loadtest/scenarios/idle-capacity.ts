/**
 * Question: how much memory does a socket cost on which nothing happens? From it follows how many fit on a pod.
 */
import { allConnect, allSubscribe, defineScenario, neverClosed } from "../plan/scenario.ts";

export const idleCapacity = defineScenario({
  name: "idle-capacity",
  question: "How much memory does a quiet socket cost, and how many fit on a pod?",
  settings: {
    rampSeconds: "time over which the sockets are opened",
    holdSeconds: "time that they stay",
    users: "users, each with several sockets",
    socketsPerUser: "sockets of each",
    perSocket: "rows that each socket holds",
    rows: "rows there are",
    bytesPerSocket: "budget: memory of the gateways per socket",
  },
  phases: (s) => ({ rampSeconds: s.rampSeconds, holdSeconds: s.holdSeconds, settleSeconds: 0, judgeSeconds: 0 }),
  world: (s) => ({ tenants: 2, users: s.users * s.socketsPerUser, rows: s.rows }),
  crowds: (s) => [{ kind: "connections", name: "quiet", journey: "idle", count: s.users }],
  budgets: (s) => [
    allConnect,
    allSubscribe,
    neverClosed,
    // A gateway is full at 7 000 sockets by choice (docs/operations.md, sizing): at 36 kB each that is 252 MB of its 2 GB,
    // so memory is not what limits it, and a burst finds room.
    {
      metric: "rt_bytes_per_socket",
      expression: `value<=${s.bytesPerSocket}`,
      why: "it decides how many pods are paid for",
    },
    { metric: "rt_cleanup_ratio", expression: "rate==1", why: "what is left of a socket that has left grows for ever" },
  ],
});
