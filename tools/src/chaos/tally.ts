import { distribution } from "../bench/percentiles.ts";

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
  duplicates = 0;
  unreturned = 0;
  crashes = 0;
  readonly staleness: number[] = [];
  readonly stalenessAfterHealing: number[] = [];
  readonly recovery: number[] = [];

  /** Adds the figures of another. */
  add(other: Tally): void {
    this.runs += other.runs;
    this.changes += other.changes;
    this.comparisons += other.comparisons;
    this.missed += other.missed;
    this.stuck += other.stuck;
    this.regressions += other.regressions;
    this.unauthorized += other.unauthorized;
    this.lostWrites += other.lostWrites;
    this.duplicates += other.duplicates;
    this.unreturned += other.unreturned;
    this.crashes += other.crashes;
    this.staleness.push(...other.staleness);
    this.stalenessAfterHealing.push(...other.stalenessAfterHealing);
    this.recovery.push(...other.recovery);
  }

  /** Whether a promise was broken. */
  get broken(): boolean {
    return this.missed + this.stuck + this.regressions + this.unauthorized + this.lostWrites + this.crashes > 0;
  }

  toJSON(): object {
    const { p50, p99, max } = distribution(this.staleness);
    const healed = distribution(this.stalenessAfterHealing);
    return {
      runs: this.runs,
      changes: this.changes,
      comparisons: this.comparisons,
      missed: this.missed,
      stuck: this.stuck,
      regressions: this.regressions,
      unauthorized: this.unauthorized,
      lostWrites: this.lostWrites,
      duplicates: this.duplicates,
      unreturned: this.unreturned,
      crashes: this.crashes,
      stalenessMs: { p50, p99, max },
      stalenessAfterHealingMs: { p50: healed.p50, p99: healed.p99, max: healed.max },
      recoverMs: distribution(this.recovery).max,
    };
  }
}
