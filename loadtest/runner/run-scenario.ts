import { availableParallelism } from "node:os";
import { setTimeout as wait } from "node:timers/promises";
import type { Site } from "../deployment/deployment.ts";
import { type CpuSeconds, ownCpuSeconds, watchSite } from "../deployment/deployment-sampler.ts";
import { gaugeOf } from "../deployment/metrics-page.ts";
import { LiveTimeline } from "../engines/live-timeline.ts";
import { createNodePorts } from "../engines/node-ports.ts";
import { sharedTruth } from "../engines/row-versions.ts";
import { type RunTimeline, runCrowds } from "../engines/run-workloads.ts";
import { judgeBudget, type Verdict } from "../plan/budget.ts";
import type { Plan, Timeline } from "../plan/plan.ts";
import type { Scenario } from "../plan/scenario.ts";
import type { Crowd } from "../plan/workload.ts";
import { derive } from "../report/derived-metrics.ts";
import { Recording } from "../report/recording.ts";
import { whyInvalid } from "../report/validity.ts";
import { wire } from "./protocol-constants.ts";

/** Something that makes the journeys of crowds. */
export interface Engine {
  readonly name: "node" | "k6";
  readonly cpuSeconds: CpuSeconds;
  /** Cores that it can use. */
  readonly cores: number;
  /** Begins the timeline when it is ready. */
  run(plan: Plan, timeline: LiveTimeline, parts: EngineParts): Promise<void>;
}

export interface EngineParts {
  readonly crowds: readonly Crowd[];
  readonly site: Site;
  readonly recording: Recording;
  readonly signal: AbortSignal;
}

export interface ScenarioRun {
  readonly scenario: Scenario;
  readonly profile: string;
  readonly settings: Readonly<Record<string, number>>;
  readonly site: Site;
  readonly engine: Engine;
  /** Short and unique: marks the rows of this run. */
  readonly run: string;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
  /** What comes later than this after the end is lost, milliseconds; what is only late shows in the latencies. */
  readonly patienceMs?: number;
}

const usualPatienceMs = 30_000;

/** How a run went. */
export interface Outcome {
  readonly recording: Recording;
  readonly timeline: Timeline;
  readonly verdicts: readonly Verdict[];
  /** Why the figures are worth nothing; null when they are. */
  readonly invalid: string | null;
}

/** Sends the crowds of a scenario on their journeys, does to the product what it asks for, and judges. */
export async function runScenario(run: ScenarioRun): Promise<Outcome> {
  const { scenario, settings, site, engine, signal, say } = run;
  const recording = new Recording();
  const crowds = scenario.crowds(settings);
  const phases = scenario.phases(settings);
  const plan: Plan = {
    scenario: scenario.name,
    profile: run.profile,
    run: run.run,
    wire,
    settings,
    phases,
    patienceMs: run.patienceMs ?? usualPatienceMs,
    ...site.facts,
  };
  const before = await restingBytes(site);
  const timeline = new LiveTimeline(phases);
  recording.begin(timeline.start);
  {
    await using watch = watchSite(site, recording, engine);
    const actions = (scenario.actions?.(settings) ?? []).map(async ({ name, atSeconds }) => {
      const quiet = timeline.awaitQuiet();
      await Promise.race([timeline.begun, brokenOff(signal)]);
      const due = (): number => timeline.writeFrom + atSeconds * 1000 - Date.now();
      while (due() > 0) await wait(due(), undefined, { signal });
      say(`${name} …`);
      await site.act(name, signal);
      say(`${name}: done`);
      quiet();
    });
    say(`${scenario.name}: ${Math.round((timeline.end - timeline.start) / 1000)} s with ${engine.name}`);
    const made = Promise.all([engine.run(plan, timeline, { crowds, site, recording, signal }), ...actions]);
    await made.finally(() => timeline.stop());
    await watch.sample();
  }
  await afterwards({ scenario, site, recording, timeline, before });
  derive(recording, timeline, burstOf(settings, timeline));
  const verdicts = scenario.budgets(settings).map((budget) => judgeBudget(budget, recording.values(budget.metric)));
  return { recording, timeline, verdicts, invalid: whyInvalid(recording, timeline) };
}

/** From the beginning to the first journey: until all of them have been set up, milliseconds. */
const leadMs = 200;

/** The engine of this process. */
export const nodeEngine: Engine = {
  name: "node",
  cpuSeconds: ownCpuSeconds,
  // One event loop does all the work.
  cores: 1,
  async run(plan, timeline, { crowds, site, recording, signal }) {
    timeline.begin(Date.now() + leadMs);
    await runHere(crowds, { plan, timeline, site, recording, signal });
  },
};

/** Makes journeys in this process. */
export async function runHere(
  crowds: readonly Crowd[],
  parts: { plan: Plan; timeline: RunTimeline; site: Site; recording: Recording; signal: AbortSignal },
): Promise<void> {
  const { plan, timeline, site, recording, signal } = parts;
  using ports = createNodePorts(recording);
  const { users, rows } = site;
  const truth = sharedTruth(ports, plan, { users, rows });
  await runCrowds(crowds, { ports, plan, timeline, users, rows, truth }, signal);
}

function brokenOff(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}

/** Cores of this machine, for engines that use all of them. */
export const machineCores = availableParallelism();

function burstOf(settings: Readonly<Record<string, number>>, timeline: Timeline) {
  const { calmSeconds, burstSeconds } = settings;
  if (calmSeconds === undefined || burstSeconds === undefined) return undefined;
  const from = timeline.writeFrom + calmSeconds * 1000;
  return { from, until: from + burstSeconds * 1000 + 1000 };
}

async function restingBytes(site: Site): Promise<number | null> {
  const gateways = site.observed().filter(({ kind }) => kind === "gateway");
  const sizes = await Promise.all(
    gateways.map(({ metricsUrl }) => gaugeOf(metricsUrl, "process_resident_memory_bytes")),
  );
  return sizes.length === 0 || sizes.some((size) => size === undefined)
    ? null
    : sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0);
}

/** What can only be looked at when everybody has left. */
async function afterwards(parts: {
  scenario: Scenario;
  site: Site;
  recording: Recording;
  timeline: Timeline;
  before: number | null;
}): Promise<void> {
  const { scenario, site, recording, timeline, before } = parts;
  const asked = new Set(scenario.budgets({}).map(({ metric }) => metric));
  const at = timeline.end;
  if (asked.has("rt_cleanup_ratio")) {
    const left = await site.leftovers();
    if (left !== null) {
      const opened = recording.values("rt_opened")?.count ?? 0;
      recording.add("rt_cleanup_ratio", 1, at);
      for (let n = 0; n < left; n++) recording.add("rt_cleanup_ratio", 0, at);
      // Beside what was left over, each socket that was cleaned up counts.
      for (let n = left; n < opened; n++) recording.add("rt_cleanup_ratio", 1, at);
    }
  }
  if (asked.has("rt_bytes_per_socket") && before !== null) {
    const [from, to] = [Math.floor(timeline.writeFrom / 1000), Math.floor(timeline.judgeAt / 1000)];
    let [bytes, sockets] = [0, 0];
    for (const service of recording.services("server_connections")) {
      bytes += recording.newest("server_rss", from, to, service) ?? 0;
      sockets += recording.newest("server_connections", from, to, service) ?? 0;
    }
    if (sockets > 0) recording.add("rt_bytes_per_socket", Math.max(0, bytes - before) / sockets, at);
  }
}
