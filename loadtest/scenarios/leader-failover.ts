/**
 * Question it answers: when the leading watcher is killed, for how long do clients receive no signals, and is any change
 * lost?
 *
 * The runner kills it: directly in a cluster that it started, through --operator elsewhere.
 */
import { defineScenario, phaseSettings, phasesOf, undisturbed } from "../plan/scenario.ts";
import { constantChanges, rowHolders } from "../plan/workload.ts";

export const leaderFailover = defineScenario({
  name: "leader-failover",
  question: "When the leading watcher is killed, for how long do clients receive no signals, and is any change lost?",
  settings: {
    ...phaseSettings,
    sockets: "sockets that hold rows",
    perSocket: "rows that each socket holds",
    rows: "rows that are changed, one after the other",
    rate: "changes per second; as many as there are rows, so that every socket expects a signal every second",
    killAtSeconds: "when the leader is killed, after the changes begin",
    silenceP99Ms:
      "budget: longest silence at a socket; the lease of 3 s, its takeover, and the pause between two signals",
  },
  phases: phasesOf,
  dataset: (s) => ({ tenants: 2, users: s.sockets, rows: s.rows }),
  workloads: (s) => [rowHolders(s.sockets), constantChanges(s.rate, s.holdSeconds)],
  actions: (s) => [{ name: "kill-leader", atSeconds: s.killAtSeconds }],
  budgets: (s) => [
    ...undisturbed,
    {
      metric: "rt_silence_ms",
      expression: `p(99)<=${s.silenceP99Ms}`,
      why: "a failover must be a short pause, not an outage",
    },
  ],
});
