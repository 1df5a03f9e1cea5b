import { setTimeout as wait } from "node:timers/promises";
import type { Deployment } from "../deployment/deployment.ts";
import { startDeploymentSampler } from "../deployment/deployment-sampler.ts";
import { readMetric } from "../deployment/metrics-page.ts";
import type { Engine } from "../engines/engine.ts";
import { LiveTimeline } from "../engines/live-timeline.ts";
import { type BudgetResult, evaluateBudget } from "../plan/budget.ts";
import type { Plan, Timeline } from "../plan/plan.ts";
import type { Scenario } from "../plan/scenario.ts";
import type { Action } from "../plan/workload.ts";
import { addDerivedMetrics } from "../report/derived-metrics.ts";
import { Recording } from "../report/recording.ts";
import { invalidReason } from "../report/validity.ts";
import { protocolConstants } from "./protocol-constants.ts";

interface ScenarioRun {
  readonly scenario: Scenario;
  readonly profile: string;
  readonly settings: Readonly<Record<string, number>>;
  readonly deployment: Deployment;
  readonly engine: Engine;
  /** Short and unique; marks the rows that this run changes. */
  readonly run: string;
  readonly signal: AbortSignal;
  readonly log: (line: string) => void;
  /** See `Plan.lateLimitMs`. */
  readonly lateLimitMs?: number;
}

const defaultLateLimitMs = 30_000;

/** The result of a run. */
export interface Outcome {
  readonly recording: Recording;
  readonly timeline: Timeline;
  readonly budgetResults: readonly BudgetResult[];
  /** Why the figures must not be used; null when they may. */
  readonly invalid: string | null;
}

/** Runs the workloads of a scenario, performs its actions on the deployment, and evaluates its budgets. */
export async function runScenario(run: ScenarioRun): Promise<Outcome> {
  const { scenario, settings, deployment, engine, signal, log } = run;
  const recording = new Recording();
  const workloads = scenario.workloads(settings);
  const phases = scenario.phases(settings);
  const plan: Plan = {
    scenario: scenario.name,
    profile: run.profile,
    run: run.run,
    protocol: protocolConstants,
    settings,
    phases,
    lateLimitMs: run.lateLimitMs ?? defaultLateLimitMs,
    ...deployment.facts,
  };
  const memoryBefore = await gatewayMemory(deployment);
  const timeline = new LiveTimeline(phases);
  recording.zeroCounters(timeline.start);
  {
    await using sampler = startDeploymentSampler(deployment, recording, engine);
    const actions = (scenario.actions?.(settings) ?? []).map((action) => performAction(action, run, timeline));
    log(`${scenario.name}: ${Math.round((timeline.end - timeline.start) / 1000)} s with engine ${engine.name}`);
    const journeys = engine.run(plan, timeline, { workloads, deployment, recording, signal });
    await Promise.all([journeys, ...actions]).finally(() => timeline.stop());
    await sampler.sample();
  }
  await measureAfterRun({ scenario, deployment, recording, timeline, memoryBefore });
  addDerivedMetrics(recording, timeline, burstOf(settings, timeline));
  const budgetResults = scenario
    .budgets(settings)
    .map((budget) => evaluateBudget(budget, recording.values(budget.metric)));
  return { recording, timeline, budgetResults, invalid: invalidReason(recording, timeline) };
}

/** Waits for an action's time and performs it. Verification is postponed until it is complete. */
async function performAction(
  { name, atSeconds }: Action,
  { deployment, signal, log }: Pick<ScenarioRun, "deployment" | "signal" | "log">,
  timeline: LiveTimeline,
): Promise<void> {
  const done = timeline.delayVerification();
  await Promise.race([timeline.started, rejectOnAbort(signal)]);
  // The timeline may be postponed while this waits.
  const remaining = (): number => timeline.writeFrom + atSeconds * 1000 - Date.now();
  while (remaining() > 0) await wait(remaining(), undefined, { signal });
  log(`${name}: started`);
  await deployment.perform(name, signal);
  log(`${name}: complete`);
  done();
}

function rejectOnAbort(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}

/** The burst of a scenario that has one, with the half second of ramp on either side, milliseconds since 1970. */
function burstOf(settings: Readonly<Record<string, number>>, timeline: Timeline) {
  const { calmSeconds, burstSeconds } = settings;
  if (calmSeconds === undefined || burstSeconds === undefined) return undefined;
  const from = timeline.writeFrom + calmSeconds * 1000;
  return { from, until: from + burstSeconds * 1000 + 1000 };
}

/** Resident memory of all gateways, bytes; null when one of them does not report it. */
async function gatewayMemory(deployment: Deployment): Promise<number | null> {
  const gateways = deployment.services().filter(({ kind }) => kind === "gateway");
  const sizes = await Promise.all(
    gateways.map(({ metricsUrl }) => readMetric(metricsUrl, "process_resident_memory_bytes")),
  );
  return sizes.length === 0 || sizes.some((size) => size === null)
    ? null
    : sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0);
}

/** Adds the metrics that can be measured only after all sockets have closed, if the scenario has budgets for them. */
async function measureAfterRun(parts: {
  scenario: Scenario;
  deployment: Deployment;
  recording: Recording;
  timeline: Timeline;
  memoryBefore: number | null;
}): Promise<void> {
  const { scenario, deployment, recording, timeline, memoryBefore } = parts;
  const budgeted = new Set(scenario.budgets({}).map(({ metric }) => metric));
  const at = timeline.end;
  if (budgeted.has("rt_cleanup_ratio")) {
    const leftovers = await deployment.countLeftovers();
    if (leftovers !== null) {
      const opened = recording.values("rt_opened")?.count ?? 0;
      recording.add("rt_cleanup_ratio", 1, at);
      for (let n = 0; n < leftovers; n++) recording.add("rt_cleanup_ratio", 0, at);
      // Every socket that left nothing behind counts as cleaned up.
      for (let n = leftovers; n < opened; n++) recording.add("rt_cleanup_ratio", 1, at);
    }
  }
  if (budgeted.has("rt_bytes_per_socket") && memoryBefore !== null) {
    const [from, to] = [Math.floor(timeline.writeFrom / 1000), Math.floor(timeline.verifyFrom / 1000)];
    let [bytes, sockets] = [0, 0];
    for (const service of recording.services("server_connections")) {
      bytes += recording.newest("server_rss", from, to, service) ?? 0;
      sockets += recording.newest("server_connections", from, to, service) ?? 0;
    }
    if (sockets > 0) recording.add("rt_bytes_per_socket", Math.max(0, bytes - memoryBefore) / sockets, at);
  }
}
