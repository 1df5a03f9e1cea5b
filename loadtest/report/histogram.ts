/** Each bucket ends 2 % above the one before, from a thousandth up. */
const growth = Math.log(1.02);
const least = 0.001;

const bucketOf = (value: number): number =>
  value <= least ? 0 : Math.max(0, Math.ceil(Math.log(value / least) / growth - 1e-9));
const endOf = (bucket: number): number => least * Math.exp(bucket * growth);

/**
 * A distribution of numbers that are not negative, in memory that does not grow with their count. Percentiles are the end
 * of a bucket: never too small, at most 2 % too large; the maximum is exact.
 */
export class Histogram {
  readonly #buckets = new Map<number, number>();
  #count = 0;
  #max = 0;
  #sum = 0;

  get count(): number {
    return this.#count;
  }

  get max(): number | undefined {
    return this.#count === 0 ? undefined : this.#max;
  }

  get mean(): number | undefined {
    return this.#count === 0 ? undefined : this.#sum / this.#count;
  }

  add(value: number): void {
    const bucket = bucketOf(value);
    this.#buckets.set(bucket, (this.#buckets.get(bucket) ?? 0) + 1);
    this.#count += 1;
    this.#sum += value;
    if (value > this.#max) this.#max = value;
  }

  merge(other: Histogram): void {
    for (const [bucket, count] of other.#buckets) this.#buckets.set(bucket, (this.#buckets.get(bucket) ?? 0) + count);
    this.#count += other.#count;
    this.#sum += other.#sum;
    this.#max = Math.max(this.#max, other.#max);
  }

  /** Nearest rank; `p` from 0 to 100. Undefined when nothing was added. */
  percentile(p: number): number | undefined {
    return this.percentiles([p])[0];
  }

  /** Several in one walk; in rising order. */
  percentiles(ps: readonly number[]): (number | undefined)[] {
    if (this.#count === 0) return ps.map(() => undefined);
    const buckets = [...this.#buckets].sort(([a], [b]) => a - b);
    let at = 0;
    let seen = buckets[0]?.[1] ?? 0;
    return ps.map((p) => {
      const rank = Math.max(1, Math.ceil((p / 100) * this.#count));
      while (seen < rank && at < buckets.length - 1) seen += buckets[++at]?.[1] ?? 0;
      return Math.min(endOf(buckets[at]?.[0] ?? 0), this.#max);
    });
  }
}
