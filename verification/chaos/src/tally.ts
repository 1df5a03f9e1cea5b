import { type Distribution, distribution } from "@heliograph/testkit/metrics/percentiles";

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
/** Each of these breaks a promise when it is not 0. */
const broken = ["missed", "stuck", "regressions", "unauthorized", "lostWrites", "violations", "crashes"] as const;

type Counter = (typeof counters)[number];

/** All that was measured, for another process to add to its own. */
export interface RawTally {
  readonly counts: Readonly<Record<Counter, number>>;
  readonly staleness: readonly number[];
  readonly stalenessAfterHealing: readonly number[];
  readonly recovery: readonly number[];
  readonly measured: Readonly<Record<string, readonly number[]>>;
}

/** Figures of one fault, over all of its injections. */
export class Tally {
  runs = 0;
  changes = 0;
  comparisons = 0;
  missed = 0;
  stuck = 0;
  regressions = 0;
  unauthorized = 0;
  lostWrites = 0;
  /** What the fault itself found to be against the rules. */
  violations = 0;
  crashes = 0;
  duplicates = 0;
  readonly staleness: number[] = [];
  readonly stalenessAfterHealing: number[] = [];
  readonly recovery: number[] = [];
  /** Durations that faults take themselves, by name, milliseconds. */
  readonly measured = new Map<string, number[]>();

  static from(raw: RawTally): Tally {
    const tally = new Tally();
    tally.#add(raw);
    return tally;
  }

  get raw(): RawTally {
    return {
      counts: Object.fromEntries(counters.map((name) => [name, this[name]])) as Record<Counter, number>,
      staleness: this.staleness,
      stalenessAfterHealing: this.stalenessAfterHealing,
      recovery: this.recovery,
      measured: Object.fromEntries(this.measured),
    };
  }

  /** Adds the figures of another. */
  add(other: Tally): void {
    this.#add(other.raw);
  }

  measure(name: string, milliseconds: number): void {
    const values = this.measured.get(name);
    if (values === undefined) this.measured.set(name, [milliseconds]);
    else values.push(milliseconds);
  }

  /** Whether a promise was broken. */
  get broken(): boolean {
    return broken.some((name) => this[name] > 0);
  }

  toJSON(): object {
    const short = ({ p50, p99, max }: Distribution) => ({ p50, p99, max });
    const measured = [...this.measured].map(([name, values]) => {
      const { count, p50, p99, max } = distribution(values);
      return [name, { count, p50, p99, max }] as const;
    });
    return {
      ...this.raw.counts,
      stalenessMs: short(distribution(this.staleness)),
      stalenessAfterHealingMs: short(distribution(this.stalenessAfterHealing)),
      recoverMs: distribution(this.recovery).max,
      recoverP50Ms: distribution(this.recovery).p50,
      ...(measured.length === 0 ? {} : { measuredMs: Object.fromEntries(measured) }),
    };
  }

  #add(raw: RawTally): void {
    for (const name of counters) this[name] += raw.counts[name];
    // Not by spreading: an argument list of a hundred thousand values overflows the stack.
    for (const value of raw.staleness) this.staleness.push(value);
    for (const value of raw.stalenessAfterHealing) this.stalenessAfterHealing.push(value);
    for (const value of raw.recovery) this.recovery.push(value);
    for (const [name, values] of Object.entries(raw.measured)) for (const value of values) this.measure(name, value);
  }
}
