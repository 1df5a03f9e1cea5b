import type { MetricName } from "../plan/metrics.ts";
import type { Timeline } from "../plan/plan.ts";
import type { Recording } from "./recording.ts";

/** Beyond this the generator measures itself, percent of what it can use. */
export const mostGeneratorCpu = 80;
/** Beyond this somebody always waits for a processor, percent of all cores. */
const mostMachineCpu = 95;
/** Single samples may be higher: what counts is the mean of this many of them, 2 s each. */
const cpuWindow = 5;
/** A shorter run may be over before two samples were taken, milliseconds. */
const leastMs = 10_000;

/** The highest mean of a load while changes were made; undefined when it was not sampled. */
function highestMean(recording: Recording, metric: MetricName, timeline: Timeline): number | undefined {
  const samples: number[] = [];
  for (let at = Math.floor(timeline.writeFrom / 1000); at * 1000 < timeline.writeUntil; at++) {
    const load = recording.newest(metric, at, at + 1);
    if (load !== undefined) samples.push(load);
  }
  const window = Math.min(cpuWindow, samples.length);
  if (window === 0) return undefined;
  const means = samples
    .slice(0, samples.length - window + 1)
    .map((_, at) => samples.slice(at, at + window).reduce((sum, load) => sum + load, 0) / window);
  return Math.max(...means);
}

/** Why the figures are worth nothing, good or bad: a generator at its limit delays what it measures. Null when they are. */
export function whyInvalid(recording: Recording, timeline: Timeline): string | null {
  const load = highestMean(recording, "generator_cpu", timeline);
  if (load === undefined)
    return timeline.writeUntil - timeline.writeFrom < leastMs
      ? null
      : "The generator CPU was not recorded, so it may have measured itself. Use an engine or a system that tells it: --engine node does everywhere.";
  if (load > mostGeneratorCpu)
    return `The generator used ${Math.round(load)} % of its CPU (limit ${mostGeneratorCpu} %): it measured itself. Use fewer sockets, or more generators.`;
  return null;
}

/** What a reader has to know beside the verdict. */
export function remarksOn(recording: Recording, timeline: Timeline): string[] {
  const load = highestMean(recording, "machine_cpu", timeline);
  return load !== undefined && load > mostMachineCpu
    ? [
        `The generator's machine was at ${Math.round(load)} % of all its cores, by whomever: times are longer than the product alone would make them.`,
      ]
    : [];
}
