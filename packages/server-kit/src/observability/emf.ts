import { hostname } from "node:os";
import type { MetricsRegistry } from "./metrics-registry.ts";
import { standardOutput } from "./standard-output.ts";

/** Metric names of the registry by their names in CloudWatch. */
export type EmfNames = Readonly<Record<string, string>>;

/** A number, or a histogram as values with their counts. */
type EmfValue = number | { readonly Values: readonly number[]; readonly Counts: readonly number[] };

/** One sample of a metric. prom-client's own types hide the buckets and declare the kind as a number. */
interface Sample {
  readonly value: number;
  readonly labels: Readonly<Record<string, unknown>>;
  readonly metricName?: string;
}
type Snapshot = { readonly type: string; readonly values: readonly Sample[] };

const minuteMs = 60_000;

/**
 * Renders metrics in CloudWatch's embedded metric format: CloudWatch reads them from the log, so no agent or permission is
 * needed. A line has the value of a gauge, the increase of a counter since the last line, and for a histogram the upper
 * bounds of its buckets with their increases, which makes percentiles exact to a bucket.
 */
export class EmfLines {
  readonly #options: {
    readonly namespace: string;
    readonly service: string;
    readonly metricsRegistry: MetricsRegistry;
    readonly names: EmfNames;
  };
  readonly #before = new Map<string, number>();

  /** @throws if a metric does not exist, since an alarm on it would never receive data */
  constructor(options: { namespace: string; service: string; metricsRegistry: MetricsRegistry; names: EmfNames }) {
    for (const metric of Object.values(options.names)) {
      if (!options.metricsRegistry.getSingleMetric(metric)) throw new Error(`there is no metric ${metric}`);
    }
    this.#options = options;
  }

  /** Renders one line, including its line end. `now`: ms since 1970 */
  async line(now: number): Promise<string> {
    const { namespace, service, names } = this.#options;
    const values: Record<string, EmfValue> = {};
    for (const [name, metric] of Object.entries(names)) {
      const value = await this.#valueOf(metric);
      if (value !== undefined) values[name] = value;
    }
    const metrics = Object.keys(values).map((name) => ({
      Name: name,
      Unit: name.endsWith("Seconds") ? "Seconds" : "Count",
    }));
    const head = {
      Timestamp: now,
      CloudWatchMetrics: [{ Namespace: namespace, Dimensions: [["Service"]], Metrics: metrics }],
    };
    return `${JSON.stringify({ _aws: head, Service: service, Instance: hostname(), ...values })}\n`;
  }

  async #valueOf(name: string): Promise<EmfValue | undefined> {
    const metric = (await this.#options.metricsRegistry.getSingleMetric(name)?.get()) as unknown as Snapshot;
    if (metric.type === "histogram") return this.#buckets(name, metric.values);
    const sum = metric.values.reduce((total, { value }) => total + value, 0);
    // A gauge that was never set is left out: 0 would be a wrong value.
    if (metric.type === "gauge") return metric.values.length > 0 && Number.isFinite(sum) ? sum : undefined;
    return this.#increase(name, sum);
  }

  #buckets(name: string, samples: readonly Sample[]): EmfValue | undefined {
    const values: number[] = [];
    const counts: number[] = [];
    let below = 0;
    let highest = 0;
    for (const { metricName, labels, value } of samples) {
      if (metricName !== `${name}_bucket`) continue;
      const added = this.#increase(`${name} ${String(labels["le"])}`, value);
      const bound = Number(labels["le"]);
      // The last bucket has no upper bound, so the highest finite bound represents it.
      if (Number.isFinite(bound)) highest = bound;
      if (added > below) {
        values.push(highest);
        counts.push(added - below);
      }
      below = added;
    }
    return values.length > 0 ? { Values: values, Counts: counts } : undefined;
  }

  #increase(key: string, value: number): number {
    const added = value - (this.#before.get(key) ?? 0);
    this.#before.set(key, value);
    return added;
  }
}

/**
 * Milliseconds until the middle of the next minute. CloudWatch sums by minutes of the clock: with lines in the middle,
 * each minute has exactly one line of each process, even a busy one, and sums over processes are right.
 */
export function untilNextLine(now: number): number {
  return minuteMs - ((now + minuteMs / 2) % minuteMs);
}

/** Writes a line each minute. @returns stops writing */
export function startEmf(lines: EmfLines, onError: (error: unknown) => void): () => void {
  const output = standardOutput();
  let timer: NodeJS.Timeout;
  const wait = (): void => {
    timer = setTimeout(() => {
      wait();
      lines.line(Date.now()).then((line) => output.write(line), onError);
    }, untilNextLine(Date.now()));
    timer.unref();
  };
  wait();
  return () => clearTimeout(timer);
}
