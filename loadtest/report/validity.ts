import type { MetricName } from "../plan/metrics.ts";
import type { Timeline } from "../plan/plan.ts";
import type { Recording } from "./recording.ts";

/** Highest load at which the generator is no bottleneck, percent of what it can use. */
const maxGeneratorCpu = 80;
/** Highest load of the machine without a remark, percent of all cores. Above it some process always waits for a core. */
const maxMachineCpu = 95;
/** Number of samples, 2 s apart, whose mean is compared with the limits; single samples may be higher. */
const windowSamples = 5;
/** Shortest time of changes in which two samples are certain, milliseconds. */
const minSampledMs = 10_000;

/** The highest windowed mean of a load while changes were made; undefined without samples. */
function highestMean(recording: Recording, metric: MetricName, timeline: Timeline): number | undefined {
  const samples: number[] = [];
  for (let at = Math.floor(timeline.writeFrom / 1000); at * 1000 < timeline.writeUntil; at++) {
    const load = recording.newest(metric, at, at + 1);
    if (load !== undefined) samples.push(load);
  }
  const window = Math.min(windowSamples, samples.length);
  if (window === 0) return undefined;
  const means = samples
    .slice(0, samples.length - window + 1)
    .map((_, at) => samples.slice(at, at + window).reduce((sum, load) => sum + load, 0) / window);
  return Math.max(...means);
}

/**
 * Why the figures of a run must not be used, good or bad: a generator at its limit delays what it measures. Null when they
 * may be used.
 */
export function invalidReason(recording: Recording, timeline: Timeline): string | null {
  const load = highestMean(recording, "generator_cpu", timeline);
  if (load === undefined)
    return timeline.writeUntil - timeline.writeFrom < minSampledMs
      ? null
      : "The generator CPU was not recorded, so the generator may have been the bottleneck. Use an engine and a system that report it; --engine node does everywhere.";
  if (load > maxGeneratorCpu)
    return `The generator used ${Math.round(load)} % of its CPU (limit ${maxGeneratorCpu} %), so it was the bottleneck. Use fewer sockets or more generators.`;
  return null;
}

/** What a reader has to know in addition to the verdict. */
export function remarksFor(recording: Recording, timeline: Timeline): string[] {
  const load = highestMean(recording, "machine_cpu", timeline);
  return load !== undefined && load > maxMachineCpu
    ? [
        `The generator's machine used ${Math.round(load)} % of its CPU, all processes together, so the latencies are upper bounds.`,
      ]
    : [];
}
