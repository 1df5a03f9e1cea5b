import { Histogram } from "@heliograph/testkit/histogram";
import type { Tags } from "../client/ports.ts";
import type { MetricValues } from "../plan/budget.ts";
import { journeyMetrics, type MetricName, metrics } from "../plan/metrics.ts";

/** One second of one metric. */
interface Second {
  /** Sum of the values; for a rate, the number of samples that were 1. */
  sum: number;
  count: number;
  last: number;
  histogram: Histogram | undefined;
}

/** Samples of one metric, aggregated as they arrive. */
class Series {
  readonly total = new Histogram();
  readonly seconds = new Map<number, Second>();
  readonly countByLabel = new Map<string, number>();
  sum = 0;
  count = 0;
  last = 0;
}

/** Smallest and largest latency of one change. */
interface LatencyRange {
  min: number;
  max: number;
}

/**
 * All measurements of one run by second. Memory grows with the length of the run, not with the number of samples. Both
 * engines record here, so budgets and reports are the same for both.
 */
export class Recording {
  readonly #series = new Map<MetricName, Series>();
  readonly #rangeByChange = new Map<string, LatencyRange>();

  /**
   * Adds a sample.
   * @param at milliseconds since 1970
   * @param tags `change` identifies the change that was measured, `service` the service that was sampled; `code` and `case`
   *   are labels, which are counted
   */
  add(metric: MetricName, value: number, at: number, tags?: Tags): void {
    const service = tags?.["service"];
    this.#add(this.#seriesOf(metric), metrics[metric].kind === "trend", value, at);
    if (service !== undefined) this.#add(this.#seriesOf(`${metric}@${service}` as MetricName), false, value, at);
    const label = tags?.["code"] ?? tags?.["case"];
    if (label !== undefined) {
      const { countByLabel } = this.#seriesOf(metric);
      const counted = metrics[metric].kind === "rate" ? 1 - value : value;
      countByLabel.set(label, (countByLabel.get(label) ?? 0) + counted);
    }
    const change = tags?.["change"];
    if (change !== undefined) {
      const range = this.#rangeByChange.get(change);
      if (!range) this.#rangeByChange.set(change, { min: value, max: value });
      else {
        range.min = Math.min(range.min, value);
        range.max = Math.max(range.max, value);
      }
    }
  }

  /** Adds 0 to every counter, so that a counter without events is 0 and not unmeasured. */
  zeroCounters(at: number): void {
    for (const metric of Object.keys(journeyMetrics) as MetricName[])
      if (metrics[metric].kind === "counter") this.add(metric, 0, at);
  }

  #seriesOf(metric: MetricName): Series {
    let series = this.#series.get(metric);
    if (!series) {
      series = new Series();
      this.#series.set(metric, series);
    }
    return series;
  }

  #add(series: Series, isTrend: boolean, value: number, at: number): void {
    series.sum += value;
    series.count += 1;
    series.last = value;
    const number = Math.floor(at / 1000);
    let second = series.seconds.get(number);
    if (!second) {
      second = { sum: 0, count: 0, last: 0, histogram: isTrend ? new Histogram() : undefined };
      series.seconds.set(number, second);
    }
    second.sum += value;
    second.count += 1;
    second.last = value;
    if (isTrend) series.total.add(value);
    second.histogram?.add(value);
  }

  /** Whether the metric has a sample. */
  has(metric: MetricName): boolean {
    return this.#series.has(metric);
  }

  /** Aggregates of a metric over the whole run, for budgets; undefined when it has no sample. */
  values(metric: MetricName): MetricValues | undefined {
    const series = this.#series.get(metric);
    if (!series) return undefined;
    switch (metrics[metric].kind) {
      case "trend":
        return { count: series.count, max: series.total.max, percentile: (p) => series.total.percentile(p) };
      case "rate":
        return { count: series.count, rate: series.sum / series.count };
      case "counter":
        return { count: series.sum };
      case "gauge":
        return { value: series.last, max: Math.max(...[...series.seconds.values()].map(({ last }) => last)) };
    }
  }

  /** Labels of a metric with their counts, most frequent first; for a rate, the number of samples that were 0. */
  labels(metric: MetricName): readonly (readonly [label: string, count: number])[] {
    const counts = [...(this.#series.get(metric)?.countByLabel ?? [])];
    return counts.filter(([, count]) => count > 0).sort(([, a], [, b]) => b - a);
  }

  /** The services that a gauge was sampled from. */
  services(metric: MetricName): string[] {
    return [...this.#series.keys()].flatMap((key) =>
      key.startsWith(`${metric}@`) ? [key.slice(metric.length + 1)] : [],
    );
  }

  /** First and last second with a sample, seconds since 1970; null when there is none. */
  get extent(): { from: number; to: number } | null {
    let [from, to] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (const { seconds } of this.#series.values())
      for (const second of seconds.keys()) {
        from = Math.min(from, second);
        to = Math.max(to, second);
      }
    return Number.isFinite(from) ? { from, to } : null;
  }

  /** Sum of a metric from second `from` to before second `to`; undefined without a sample. */
  sum(metric: MetricName, from: number, to: number): number | undefined {
    const seconds = this.#secondsOf(metric, from, to);
    return seconds.length === 0 ? undefined : seconds.reduce((sum, second) => sum + second.sum, 0);
  }

  /** Newest value of a gauge from second `from` to before second `to`; undefined without a sample. */
  newest(metric: MetricName, from: number, to: number, service?: string): number | undefined {
    return this.#secondsOf(metric, from, to, service).at(-1)?.last;
  }

  /** Distribution of a trend from second `from` to before second `to`. */
  distribution(metric: MetricName, from: number, to: number): Histogram {
    const merged = new Histogram();
    for (const { histogram } of this.#secondsOf(metric, from, to)) if (histogram) merged.merge(histogram);
    return merged;
  }

  #secondsOf(metric: MetricName, from: number, to: number, service?: string): Second[] {
    const name = (service === undefined ? metric : `${metric}@${service}`) as MetricName;
    const seconds = this.#series.get(name)?.seconds;
    const found: Second[] = [];
    for (let at = from; seconds && at < to; at++) {
      const second = seconds.get(at);
      if (second) found.push(second);
    }
    return found;
  }

  /** Milliseconds from the first to the last socket of each change that reached more than one. */
  spreads(): number[] {
    return [...this.#rangeByChange.values()].filter(({ min, max }) => max > min).map(({ min, max }) => max - min);
  }
}
