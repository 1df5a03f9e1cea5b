import type { Scenario as K6Scenario, Options } from "k6/options";
import { journeyMetrics } from "../plan/metrics.ts";
import type { Phases, Plan } from "../plan/plan.ts";
import type { Scenario } from "../plan/scenario.ts";
import type { Arrivals, Crowd } from "../plan/workload.ts";

/** A connection that has not ended by then is cut off, seconds after the end of the run. */
const graceSeconds = 60;

const lengthOf = (phases: Phases): number =>
  phases.rampSeconds + phases.holdSeconds + phases.settleSeconds + phases.judgeSeconds;

function arrivals(crowd: Arrivals, phases: Phases): K6Scenario {
  const peak = Math.max(crowd.startRate, ...crowd.stages.map(({ target }) => target));
  const atOnce = Math.ceil(peak * crowd.longestSeconds);
  return {
    executor: "ramping-arrival-rate",
    exec: crowd.journey,
    startTime: crowd.from === "start" ? "0s" : `${phases.rampSeconds}s`,
    startRate: Math.round(crowd.startRate),
    timeUnit: "1s",
    stages: crowd.stages.map(({ target, seconds }) => ({ target, duration: `${Math.round(seconds * 1000)}ms` })),
    preAllocatedVUs: Math.max(1, Math.ceil(atOnce / 2)),
    maxVUs: Math.max(2, atOnce * 2),
    gracefulStop: `${graceSeconds}s`,
  };
}

/** One iteration is one connection: cut off in the middle, its socket would count as a failure. */
function connections(crowd: Extract<Crowd, { kind: "connections" }>, phases: Phases): K6Scenario {
  return {
    executor: "per-vu-iterations",
    exec: crowd.journey,
    vus: crowd.count,
    iterations: 1,
    maxDuration: `${Math.ceil(lengthOf(phases)) + graceSeconds}s`,
    gracefulStop: "5s",
  };
}

/** The shape and the budgets of a scenario in the words of k6. */
export function k6Options(scenario: Scenario, plan: Plan): Options {
  const crowds = scenario.crowds(plan.settings).filter((crowd) => crowd.kind === "arrivals" || !crowd.onlyNode);
  const thresholds: Record<string, string[]> = {};
  for (const { metric, expression } of scenario.budgets(plan.settings)) {
    // What only the whole of a recording tells is judged by the runner; so is what is recorded in Node.
    if (!(metric in journeyMetrics) || metric === "rt_slow_closed") continue;
    thresholds[metric] = [...(thresholds[metric] ?? []), expression];
  }
  return {
    scenarios: Object.fromEntries(
      crowds
        .filter((crowd) => crowd.kind === "arrivals" || crowd.count > 0)
        .map((crowd) => [
          crowd.name,
          crowd.kind === "arrivals" ? arrivals(crowd, plan.phases) : connections(crowd, plan.phases),
        ]),
    ),
    thresholds,
    setupTimeout: "600s",
    // Every tag of every sample is written to the results.
    systemTags: ["scenario"],
    summaryTrendStats: ["count", "med", "p(95)", "p(99)", "max"],
  };
}
