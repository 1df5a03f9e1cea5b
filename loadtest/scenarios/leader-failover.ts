/**
 * Question: when the watcher that leads is killed, for how long does nobody hear anything, and is anything lost?
 *
 * The runner kills it: by itself where it has started the cluster, by --operator elsewhere.
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

export const leaderFailover = defineScenario({
  name: "leader-failover",
  question: "When the leading watcher is killed, for how long does nobody hear anything, and is anything lost?",
  settings: {
    ...phaseSettings,
    sockets: "sockets that hold rows",
    perSocket: "rows that each of them holds",
    rows: "rows that are changed, one after the other",
    rate: "changes per second: as many as there are rows, so that each socket hears something every second",
    killAtSeconds: "when the leader is killed, after the changes begin",
    silenceP99Ms: "budget: longest silence at a socket; lease of 3 s, its takeover, and the pause between two signals",
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
  actions: (s) => [{ name: "kill-leader", atSeconds: s.killAtSeconds }],
  budgets: (s) => [
    ...correctness,
    noRepeats,
    allConnect,
    allSubscribe,
    allWritten,
    neverClosed,
    { metric: "rt_silence_ms", expression: `p(99)<=${s.silenceP99Ms}`, why: "a failover is a pause, not an outage" },
  ],
});
