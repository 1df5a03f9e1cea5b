import { RingBuffer } from "./ring-buffer.ts";

/** Upper limits of the bars, milliseconds; the last bar has none. They double, because lag spreads over magnitudes. */
export const lagLimits: readonly number[] = [10, 20, 40, 80, 160, 320, 640, 1_280, 2_560, 5_120];

/** Number of latest measurements from which the percentiles are computed. */
const sampleSize = 1_000;

export interface LagSummary {
  /** Number of measurements per bar: one more than limits. */
  readonly counts: readonly number[];
  readonly total: number;
  /** Milliseconds; undefined before the first measurement. */
  readonly p50: number | undefined;
  readonly p95: number | undefined;
  readonly smallest: number | undefined;
  readonly latest: number | undefined;
}

/** Lag from commit to screen: counts per bar, and percentiles of the latest measurements. */
export class LagHistogram {
  readonly #counts = new Array<number>(lagLimits.length + 1).fill(0);
  readonly #sample = new RingBuffer<number>(sampleSize);
  #total = 0;

  add(lagMs: number): void {
    const bar = lagLimits.findIndex((limit) => lagMs < limit);
    const index = bar < 0 ? lagLimits.length : bar;
    this.#counts[index] = (this.#counts[index] ?? 0) + 1;
    this.#total += 1;
    this.#sample.push(lagMs);
  }

  summary(): LagSummary {
    const sample = this.#sample.items();
    const sorted = sample.toSorted((a, b) => a - b);
    const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
    return {
      counts: [...this.#counts],
      total: this.#total,
      p50: at(0.5),
      p95: at(0.95),
      smallest: sorted[0],
      latest: sample.at(-1),
    };
  }
}
