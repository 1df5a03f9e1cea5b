import { Histogram, type HistogramJson, type HistogramSummary } from "@heliograph/testkit/histogram";

const counters = [
  "runs",
  "changes",
  "comparisons",
  "missed",
  "stuck",
  "regressions",
  "unauthorized",
  "lostWrites",
  "violations",
  "crashes",
  "duplicates",
] as const;
/** Counters that break a promise when they are not 0. */
const broken = ["missed", "stuck", "regressions", "unauthorized", "lostWrites", "violations", "crashes"] as const;

type Counter = (typeof counters)[number];

/** Everything measured, in a form that another process can add to its own. */
export interface RawFaultStats {
  readonly counts: Readonly<Record<Counter, number>>;
  readonly staleness: HistogramJson;
  readonly stalenessAfterHealing: HistogramJson;
  readonly recovery: HistogramJson;
  readonly measured: Readonly<Record<string, HistogramJson>>;
}

/** Counters and durations of one fault over all its injections. */
export class FaultStats {
  runs = 0;
  changes = 0;
  comparisons = 0;
  missed = 0;
  stuck = 0;
  regressions = 0;
  unauthorized = 0;
  lostWrites = 0;
  /** Rules that the fault itself found violated. */
  violations = 0;
  crashes = 0;
  duplicates = 0;
  readonly staleness = new Histogram();
  readonly stalenessAfterHealing = new Histogram();
  readonly recovery = new Histogram();
  /** Durations that faults measure themselves, by name, milliseconds. */
  readonly measured = new Map<string, Histogram>();

  static from(raw: RawFaultStats): FaultStats {
    const stats = new FaultStats();
    stats.#add(raw);
    return stats;
  }

  get raw(): RawFaultStats {
    return {
      counts: Object.fromEntries(counters.map((name) => [name, this[name]])) as Record<Counter, number>,
      staleness: this.staleness.toJSON(),
      stalenessAfterHealing: this.stalenessAfterHealing.toJSON(),
      recovery: this.recovery.toJSON(),
      measured: Object.fromEntries([...this.measured].map(([name, values]) => [name, values.toJSON()])),
    };
  }

  /** Adds the figures of other stats. */
  add(other: FaultStats): void {
    this.#add(other.raw);
  }

  measure(name: string, milliseconds: number): void {
    this.#measuredAs(name).add(milliseconds);
  }

  /** Whether a promise was broken. */
  get broken(): boolean {
    return broken.some((name) => this[name] > 0);
  }

  toJSON(): object {
    const short = ({ p50, p99, max }: HistogramSummary) => ({ p50, p99, max });
    const measured = [...this.measured].map(([name, values]) => {
      const { count, p50, p99, max } = values.summary();
      return [name, { count, p50, p99, max }] as const;
    });
    return {
      ...this.raw.counts,
      stalenessMs: short(this.staleness.summary()),
      stalenessAfterHealingMs: short(this.stalenessAfterHealing.summary()),
      recoverMs: this.recovery.summary().max,
      recoverP50Ms: this.recovery.summary().p50,
      ...(measured.length === 0 ? {} : { measuredMs: Object.fromEntries(measured) }),
    };
  }

  #add(raw: RawFaultStats): void {
    for (const name of counters) this[name] += raw.counts[name];
    this.staleness.merge(Histogram.fromJSON(raw.staleness));
    this.stalenessAfterHealing.merge(Histogram.fromJSON(raw.stalenessAfterHealing));
    this.recovery.merge(Histogram.fromJSON(raw.recovery));
    for (const [name, values] of Object.entries(raw.measured)) this.#measuredAs(name).merge(Histogram.fromJSON(values));
  }

  #measuredAs(name: string): Histogram {
    let histogram = this.measured.get(name);
    if (histogram === undefined) {
      histogram = new Histogram();
      this.measured.set(name, histogram);
    }
    return histogram;
  }
}
