/**
 * Question it answers: during a rolling deploy, does every socket resume at another gateway without a gap and without a
 * reconnect storm?
 *
 * The runner replaces one gateway after the other: directly in a cluster that it started, through --operator elsewhere.
 */
import { allConnect, allSubscribe, correctness, defineScenario, phaseSettings, phasesOf } from "../plan/scenario.ts";
import { constantChanges, rowHolders } from "../plan/workload.ts";

export const reconnectDeploy = defineScenario({
  name: "reconnect-deploy",
  question: "During a rolling deploy, does every socket resume at another gateway without a gap?",
  settings: {
    ...phaseSettings,
    sockets: "sockets that hold rows",
    perSocket: "rows that each socket holds",
    rows: "rows that are changed",
    rate: "changes per second",
    deployAtSeconds: "start of the deploy, after the changes begin",
    resumeP95Ms: "budget: from losing a socket to RESUMED",
    writeShare:
      "budget: changes that succeed; the generator uses no load balancer, so some requests meet the stopping gateway",
  },
  phases: phasesOf,
  dataset: (s) => ({ tenants: 2, users: s.sockets, rows: s.rows }),
  workloads: (s) => [rowHolders(s.sockets), { ...constantChanges(s.rate, s.holdSeconds), maxJourneySeconds: 5 }],
  actions: (s) => [{ name: "roll-gateways", atSeconds: s.deployAtSeconds }],
  budgets: (s) => [
    ...correctness,
    allConnect,
    allSubscribe,
    {
      metric: "rt_write_ok",
      expression: `rate>=${s.writeShare}`,
      why: "without its changes the run measures something else",
    },
    { metric: "rt_resume_ok", expression: "rate==1", why: "a planned restart must not reset any session" },
    { metric: "rt_resubscribed", expression: "rate==1", why: "a returning client must hold all its rows again" },
    { metric: "rt_resume_ms", expression: `p(95)<=${s.resumeP95Ms}`, why: "until then users see stale data" },
    // The gateway asks for the reconnect with 1012. Any other code means that a socket was dropped.
    { metric: "rt_unexpected_close", expression: "count==0", why: "a deploy must close every socket in order" },
  ],
});
