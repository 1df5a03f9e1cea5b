/** Upper ends of the bars, milliseconds; the last bar has none. Doubling, because lag spreads over magnitudes. */
export const lagLimits: readonly number[] = [10, 20, 40, 80, 160, 320, 640, 1_280, 2_560, 5_120];

/** Times of which the percentiles are taken. */
const kept = 1_000;

export type LagSummary = {
  /** One more than limits. */
  readonly counts: readonly number[];
  readonly total: number;
  /** Milliseconds; undefined while nothing was measured. */
  readonly p50: number | undefined;
  readonly p95: number | undefined;
  readonly smallest: number | undefined;
  readonly latest: number | undefined;
};

/** Times from commit to screen, as counts per bar and percentiles of the latest. */
export class LagHistogram {
  readonly #counts = new Array<number>(lagLimits.length + 1).fill(0);
  #latest: number[] = [];
  #total = 0;

  add(lagMs: number): void {
    const bar = lagLimits.findIndex((limit) => lagMs < limit);
    const index = bar < 0 ? lagLimits.length : bar;
    this.#counts[index] = (this.#counts[index] ?? 0) + 1;
    this.#total += 1;
    this.#latest.push(lagMs);
    if (this.#latest.length >= 2 * kept) this.#latest = this.#latest.slice(-kept);
  }

  summary(): LagSummary {
    const recent = this.#latest.slice(-kept);
    const sorted = recent.toSorted((a, b) => a - b);
    const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
    return {
      counts: [...this.#counts],
      total: this.#total,
      p50: at(0.5),
      p95: at(0.95),
      smallest: sorted[0],
      latest: recent.at(-1),
    };
  }

  clear(): void {
    this.#counts.fill(0);
    this.#latest = [];
    this.#total = 0;
  }
}
