import { Counter, type Metric, Rate, Trend } from "k6/metrics";
import { type JourneyMetric, journeyMetrics } from "../plan/metrics.ts";

const made = Object.fromEntries(
  Object.entries(journeyMetrics).map(([name, { kind }]): [string, Metric] => [
    name,
    kind === "trend" ? new Trend(name, true) : kind === "rate" ? new Rate(name) : new Counter(name),
  ]),
) as Record<JourneyMetric, Metric>;

/** The metric of this name. */
export function k6Metric(name: JourneyMetric): Metric {
  return made[name];
}

/** A threshold on a counter is not looked at before its first sample: zero of them must count as zero. */
export function firstSamples(): void {
  for (const [name, { kind }] of Object.entries(journeyMetrics)) {
    if (kind === "counter") made[name as JourneyMetric].add(0);
  }
}
