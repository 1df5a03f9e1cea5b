/**
 * Question: during a rolling deploy, does every socket go on at another pod, without a gap and without a rush?
 *
 * The runner replaces one gateway after the other: by itself where it has started the cluster, by --operator elsewhere.
 */
import { allConnect, allSubscribe, correctness, defineScenario, phaseSettings, phasesOf } from "../plan/scenario.ts";
import { constant } from "../plan/workload.ts";

export const reconnectDeploy = defineScenario({
  name: "reconnect-deploy",
  question: "During a rolling deploy, does every socket go on at another pod, without a gap?",
  settings: {
    ...phaseSettings,
    sockets: "sockets that hold rows",
    perSocket: "rows that each of them holds",
    rows: "rows that are changed",
    rate: "changes per second",
    deployAtSeconds: "when the deploy begins, after the changes do",
    resumeP95Ms: "budget: from the loss of a socket to RESUMED",
    writeShare:
      "budget: changes that get through; the generator knows of no load balancer, its requests meet the pod that stops",
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
      longestSeconds: 5,
      ...constant(s.rate, s.holdSeconds),
    },
  ],
  actions: (s) => [{ name: "roll-gateways", atSeconds: s.deployAtSeconds }],
  budgets: (s) => [
    ...correctness,
    allConnect,
    allSubscribe,
    { metric: "rt_write_ok", expression: `rate>=${s.writeShare}`, why: "there must be changes to tell of" },
    { metric: "rt_resume_ok", expression: "rate==1", why: "a planned restart is no reason to begin afresh" },
    { metric: "rt_resubscribed", expression: "rate==1", why: "who comes back holds what he held" },
    { metric: "rt_resume_ms", expression: `p(95)<=${s.resumeP95Ms}`, why: "until then the user is behind" },
    // The server asks for the reconnect (1012). Any other code would be a socket that was dropped.
    { metric: "rt_unexpected_close", expression: "count==0", why: "a deploy says goodbye" },
  ],
});
