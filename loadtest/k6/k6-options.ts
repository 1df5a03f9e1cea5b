import type { Scenario as K6Scenario, Options } from "k6/options";
import { journeyMetrics } from "../plan/metrics.ts";
import type { Phases, Plan } from "../plan/plan.ts";
import type { Scenario } from "../plan/scenario.ts";
import type { ArrivalWorkload, ConnectionWorkload } from "../plan/workload.ts";

/** Time after the end of the run before k6 cuts off a connection that is still open, seconds. */
const graceSeconds = 60;

const lengthOf = (phases: Phases): number =>
  phases.rampSeconds + phases.holdSeconds + phases.settleSeconds + phases.verifySeconds;

function arrivals(workload: ArrivalWorkload, phases: Phases): K6Scenario {
  const peak = Math.max(workload.startRate, ...workload.stages.map(({ target }) => target));
  const concurrent = Math.ceil(peak * workload.maxJourneySeconds);
  return {
    executor: "ramping-arrival-rate",
    exec: workload.journey,
    startTime: workload.from === "start" ? "0s" : `${phases.rampSeconds}s`,
    startRate: Math.round(workload.startRate),
    timeUnit: "1s",
    stages: workload.stages.map(({ target, seconds }) => ({ target, duration: `${Math.round(seconds * 1000)}ms` })),
    preAllocatedVUs: Math.max(1, Math.ceil(concurrent / 2)),
    maxVUs: Math.max(2, concurrent * 2),
    gracefulStop: `${graceSeconds}s`,
  };
}

/** One iteration is one connection. It gets ample time, because a socket that is cut off counts as a failure. */
function connections(workload: ConnectionWorkload, phases: Phases): K6Scenario {
  return {
    executor: "per-vu-iterations",
    exec: workload.journey,
    vus: workload.count,
    iterations: 1,
    maxDuration: `${Math.ceil(lengthOf(phases)) + graceSeconds}s`,
    gracefulStop: "5s",
  };
}

/** The workloads and budgets of a scenario as k6 scenarios and thresholds. */
export function k6Options(scenario: Scenario, plan: Plan): Options {
  const workloads = scenario
    .workloads(plan.settings)
    .filter((workload) => workload.kind === "arrivals" || !workload.onlyNode);
  const thresholds: Record<string, string[]> = {};
  for (const { metric, expression } of scenario.budgets(plan.settings)) {
    // The runner evaluates metrics that are derived from the whole recording, and rt_slow_closed, which is recorded in Node.
    if (!(metric in journeyMetrics) || metric === "rt_slow_closed") continue;
    thresholds[metric] = [...(thresholds[metric] ?? []), expression];
  }
  return {
    scenarios: Object.fromEntries(
      workloads
        .filter((workload) => workload.kind === "arrivals" || workload.count > 0)
        .map((workload) => [
          workload.name,
          workload.kind === "arrivals" ? arrivals(workload, plan.phases) : connections(workload, plan.phases),
        ]),
    ),
    thresholds,
    setupTimeout: "600s",
    // Every tag is written with every sample, so only the one that is needed.
    systemTags: ["scenario"],
    summaryTrendStats: ["count", "med", "p(95)", "p(99)", "max"],
  };
}
