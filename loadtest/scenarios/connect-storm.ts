/**
 * Question: after an outage everybody comes back at once; how many a second get in, and is everything cleaned up after
 * them?
 */
import { allConnect, allSubscribe, defineScenario, neverClosed } from "../plan/scenario.ts";

export const connectStorm = defineScenario({
  name: "connect-storm",
  question: "Everybody comes at once: does each of them get in, and is everything cleaned up after them?",
  settings: {
    rampSeconds: "time over which the rate rises",
    holdSeconds: "time at the full rate",
    settleSeconds: "time that the last ones may take",
    rate: "new sockets per second",
    staySeconds: "time that each of them stays",
    users: "users who take turns",
    perSocket: "rows that each socket holds",
    rows: "rows there are",
    connectP95Ms: "budget: until WELCOME",
    subscribeP95Ms: "budget: until SUBSCRIBED",
  },
  phases: (s) => ({
    rampSeconds: 0,
    holdSeconds: s.rampSeconds + s.holdSeconds,
    settleSeconds: s.staySeconds + s.settleSeconds,
    judgeSeconds: 0,
  }),
  world: (s) => ({ tenants: 2, users: s.users, rows: s.rows }),
  crowds: (s) => [
    {
      kind: "arrivals",
      name: "storm",
      journey: "knock",
      from: "start",
      longestSeconds: s.staySeconds + 2,
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
    // A browser gives up and tries again after some seconds, which makes the storm worse: well below that.
    { metric: "rt_connect_ms", expression: `p(95)<=${s.connectP95Ms}`, why: "slower, and clients begin to try again" },
    { metric: "rt_subscribe_ms", expression: `p(95)<=${s.subscribeP95Ms}`, why: "only then the page is live" },
    { metric: "rt_cleanup_ratio", expression: "rate==1", why: "what is left of a socket that has left grows for ever" },
  ],
});
