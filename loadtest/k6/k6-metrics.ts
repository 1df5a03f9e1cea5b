import { Counter, type Metric, Rate, Trend } from "k6/metrics";
import { type JourneyMetric, journeyMetrics } from "../plan/metrics.ts";

const metricsByName = Object.fromEntries(
  Object.entries(journeyMetrics).map(([name, { kind }]): [string, Metric] => [
    name,
    kind === "trend" ? new Trend(name, true) : kind === "rate" ? new Rate(name) : new Counter(name),
  ]),
) as Record<JourneyMetric, Metric>;

/** The k6 metric of this name. */
export function k6Metric(name: JourneyMetric): Metric {
  return metricsByName[name];
}

/** Adds 0 to every counter. k6 ignores the threshold of a counter without samples, so a run without gaps would not count as 0. */
export function zeroCounters(): void {
  for (const [name, { kind }] of Object.entries(journeyMetrics)) {
    if (kind === "counter") metricsByName[name as JourneyMetric].add(0);
  }
}
