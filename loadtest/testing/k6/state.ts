import { writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { Histogram } from "@heliograph/testkit/histogram";
import type { MetricValues } from "../../plan/budget.ts";

/** The iteration that the script is running. */
export const current = { name: "", iterationInTest: 0 };

const lines: string[] = [];
const samplesByMetric = new Map<string, { type: string; values: number[] }>();

/** A metric of the script. */
export class Metric {
  readonly name: string;

  constructor(type: string, name: string) {
    this.name = name;
    samplesByMetric.set(name, { type, values: [] });
    lines.push(JSON.stringify({ type: "Metric", metric: name, data: { name, type } }));
  }

  add(value: number | boolean, tags: Record<string, string> = {}): void {
    samplesByMetric.get(this.name)?.values.push(Number(value));
    const data = { time: new Date().toISOString(), value: Number(value), tags };
    lines.push(JSON.stringify({ metric: this.name, type: "Point", data }));
  }
}

export function writeSamples(file: string): void {
  writeFileSync(file, gzipSync(`${lines.join("\n")}\n`));
}

/** Aggregates of a metric for its thresholds. As in k6, a metric without samples crosses no threshold. */
export function valuesOf(metric: string): MetricValues {
  const values = samplesByMetric.get(metric)?.values ?? [];
  const sum = values.reduce((total, value) => total + value, 0);
  const histogram = Histogram.from(values);
  return {
    count: sum,
    rate: values.length === 0 ? 1 : sum / values.length,
    percentile: (p) => histogram.percentile(p) ?? 0,
  };
}
