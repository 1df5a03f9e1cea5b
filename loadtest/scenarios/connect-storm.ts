/**
 * Question it answers: when all clients return at once after an outage, do all of them connect, and is everything cleaned
 * up when they leave?
 */
import { allConnect, allSubscribe, cleanedUp, defineScenario, neverClosed } from "../plan/scenario.ts";

export const connectStorm = defineScenario({
  name: "connect-storm",
  question: "When all clients connect at once, do all of them succeed, and is everything cleaned up afterwards?",
  settings: {
    rampSeconds: "time over which the rate rises",
    holdSeconds: "time at the full rate",
    settleSeconds: "time allowed for the last sockets to finish",
    rate: "new sockets per second",
    staySeconds: "time that each socket stays open",
    users: "users who take turns",
    perSocket: "rows that each socket holds",
    rows: "rows in total",
    connectP95Ms: "budget: from the connection attempt to WELCOME",
    subscribeP95Ms: "budget: from SUBSCRIBE to SUBSCRIBED",
  },
  phases: (s) => ({
    rampSeconds: 0,
    holdSeconds: s.rampSeconds + s.holdSeconds,
    settleSeconds: s.staySeconds + s.settleSeconds,
    verifySeconds: 0,
  }),
  dataset: (s) => ({ tenants: 2, users: s.users, rows: s.rows }),
  workloads: (s) => [
    {
      kind: "arrivals",
      name: "storm",
      journey: "visit",
      from: "start",
      maxJourneySeconds: s.staySeconds + 2,
      startRate: 1,
      stages: [
        { target: s.rate, seconds: s.rampSeconds },
        { target: s.rate, seconds: s.holdSeconds },
      ],
    },
  ],
  budgets: (s) => [
    allConnect,
    allSubscribe,
    neverClosed,
    // Browsers give up on a connection after some seconds; the budget is well below that.
    {
      metric: "rt_connect_ms",
      expression: `p(95)<=${s.connectP95Ms}`,
      why: "clients that time out retry, which makes the storm worse",
    },
    {
      metric: "rt_subscribe_ms",
      expression: `p(95)<=${s.subscribeP95Ms}`,
      why: "a page is not live before it is subscribed",
    },
    cleanedUp,
  ],
});
