import { writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import type { MetricValues } from "../../plan/budget.ts";
import { Histogram } from "../../report/histogram.ts";

/** The iteration that a script is called for. */
export const current = { name: "", iterationInTest: 0 };

const lines: string[] = [];
const found = new Map<string, { type: string; values: number[] }>();

/** A metric that a script has made. */
export class Metric {
  readonly name: string;

  constructor(type: string, name: string) {
    this.name = name;
    found.set(name, { type, values: [] });
    lines.push(JSON.stringify({ type: "Metric", metric: name, data: { name, type } }));
  }

  add(value: number | boolean, tags: Record<string, string> = {}): void {
    found.get(this.name)?.values.push(Number(value));
    const data = { time: new Date().toISOString(), value: Number(value), tags };
    lines.push(JSON.stringify({ metric: this.name, type: "Point", data }));
  }
}

export function writeSamples(file: string): void {
  writeFileSync(file, gzipSync(`${lines.join("\n")}\n`));
}

/** What thresholds are judged by. A metric without samples crosses none, as in k6. */
export function valuesOf(metric: string): MetricValues {
  const values = found.get(metric)?.values ?? [];
  const sum = values.reduce((all, value) => all + value, 0);
  const histogram = new Histogram();
  for (const value of values) histogram.add(Math.max(0, value));
  return {
    count: sum,
    rate: values.length === 0 ? 1 : sum / values.length,
    percentile: (p) => histogram.percentile(p) ?? 0,
  };
}
