import type { Tags } from "../client/ports.ts";
import type { MetricValues } from "../plan/budget.ts";
import { journeyMetrics, type MetricName, metrics } from "../plan/metrics.ts";
import { Histogram } from "./histogram.ts";

/** One second of one metric. */
interface Second {
  /** Sum of the values; of a rate, how often it was true. */
  sum: number;
  count: number;
  last: number;
  histogram: Histogram | undefined;
}

/** Samples of one metric, summed up as they come. */
class Series {
  readonly total = new Histogram();
  readonly seconds = new Map<number, Second>();
  readonly byTag = new Map<string, number>();
  sum = 0;
  count = 0;
  last = 0;
}

/** First and last time of each change, for the time between them. */
interface Span {
  first: number;
  last: number;
}

/**
 * Everything that was measured in one run, second by second, in memory that grows with its length and not with the number
 * of samples. Both engines end here, so budgets and report are the same for both.
 */
export class Recording {
  readonly #series = new Map<MetricName, Series>();
  readonly #spans = new Map<string, Span>();

  /** `at`: milliseconds since 1970. The tag `change` marks samples of one change; the tag `service` one of several services. */
  add(metric: MetricName, value: number, at: number, tags?: Tags): void {
    const service = tags?.["service"];
    this.#add(this.#of(metric), metrics[metric].kind === "trend", value, at);
    if (service !== undefined) this.#add(this.#of(`${metric}@${service}` as MetricName), false, value, at);
    const label = tags?.["code"] ?? tags?.["case"];
    if (label !== undefined) {
      const { byTag } = this.#of(metric);
      const counted = metrics[metric].kind === "rate" ? 1 - value : value;
      byTag.set(label, (byTag.get(label) ?? 0) + counted);
    }
    const change = tags?.["change"];
    if (change !== undefined) {
      const span = this.#spans.get(change);
      if (!span) this.#spans.set(change, { first: value, last: value });
      else {
        span.first = Math.min(span.first, value);
        span.last = Math.max(span.last, value);
      }
    }
  }

  /** Nothing of what is counted has happened yet: zero of it must be told from "not looked at". */
  begin(at: number): void {
    for (const metric of Object.keys(journeyMetrics) as MetricName[])
      if (metrics[metric].kind === "counter") this.add(metric, 0, at);
  }

  #of(metric: MetricName): Series {
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
    // Clocks of two machines may differ by more than a signal takes.
    const measured = Math.max(0, value);
    if (isTrend) series.total.add(measured);
    second.histogram?.add(measured);
  }

  has(metric: MetricName): boolean {
    return this.#series.has(metric);
  }

  /** What a metric amounted to, as budgets ask for it; undefined when it was never recorded. */
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

  /** Labels of a metric with how often they were counted; of a rate, how often it was false. */
  labels(metric: MetricName): readonly (readonly [label: string, count: number])[] {
    return [...(this.#series.get(metric)?.byTag ?? [])].filter(([, count]) => count > 0).sort(([, a], [, b]) => b - a);
  }

  /** Services of which a gauge was taken. */
  services(metric: MetricName): string[] {
    return [...this.#series.keys()].flatMap((key) =>
      key.startsWith(`${metric}@`) ? [key.slice(metric.length + 1)] : [],
    );
  }

  /** First and last second in which anything was recorded, since 1970; null when nothing was. */
  get extent(): { from: number; to: number } | null {
    let [from, to] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (const { seconds } of this.#series.values())
      for (const second of seconds.keys()) {
        from = Math.min(from, second);
        to = Math.max(to, second);
      }
    return Number.isFinite(from) ? { from, to } : null;
  }

  /** Sum of a metric from one second to before another. */
  sum(metric: MetricName, from: number, to: number, service?: string): number | undefined {
    return this.#fold(metric, from, to, service, (found) => found.reduce((sum, second) => sum + second.sum, 0));
  }

  /** Newest value of a gauge in that time. */
  newest(metric: MetricName, from: number, to: number, service?: string): number | undefined {
    return this.#fold(metric, from, to, service, (found) => found.at(-1)?.last);
  }

  /** Distribution of a trend from one second to before another. */
  distribution(metric: MetricName, from: number, to: number): Histogram {
    const merged = new Histogram();
    const { seconds } = this.#of(metric);
    for (let at = from; at < to; at++) {
      const histogram = seconds.get(at)?.histogram;
      if (histogram) merged.merge(histogram);
    }
    return merged;
  }

  #fold<T>(
    metric: MetricName,
    from: number,
    to: number,
    service: string | undefined,
    fold: (found: readonly Second[]) => T,
  ): T | undefined {
    const seconds = this.#series.get((service === undefined ? metric : `${metric}@${service}`) as MetricName)?.seconds;
    if (!seconds) return undefined;
    const found: Second[] = [];
    for (let at = from; at < to; at++) {
      const second = seconds.get(at);
      if (second) found.push(second);
    }
    return found.length === 0 ? undefined : fold(found);
  }

  /** Milliseconds from the first to the last sample of each marked change, if more than one socket told of it. */
  spreads(): number[] {
    return [...this.#spans.values()].filter(({ first, last }) => last > first).map(({ first, last }) => last - first);
  }
}
