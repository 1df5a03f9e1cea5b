/** Upper bound of the first bucket. Values up to it are not distinguished. */
const firstBound = 0.001;
/** Ratio of the upper bounds of adjacent buckets, which bounds the error of a percentile. */
const growth = 1.01;
/** Index of the last bucket. It starts at 10^9, eleven days in milliseconds, and has no upper bound. */
const lastBucket = 2777;

const logGrowth = Math.log(growth);

// The 1e-9 keeps a value that equals a bucket's upper bound in that bucket, whatever the rounding of the logarithm.
const bucketOf = (value: number): number =>
  value <= firstBound
    ? 0
    : Math.min(lastBucket, Math.max(0, Math.ceil(Math.log(value / firstBound) / logGrowth - 1e-9)));

const upperBoundOf = (bucket: number): number =>
  bucket === lastBucket ? Number.POSITIVE_INFINITY : firstBound * Math.exp(bucket * logGrowth);

/** Summary of a distribution, rounded to 0.01; null when there was no value. */
export interface HistogramSummary {
  readonly count: number;
  readonly p50: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
  readonly max: number | null;
}

/** A histogram as JSON, for another process or a file. */
export interface HistogramJson {
  readonly max: number;
  /** Bucket index and count, in ascending order. */
  readonly buckets: readonly (readonly [bucket: number, count: number])[];
}

/**
 * Distribution of non-negative numbers in bounded memory: at most 2 778 buckets, however many values are added. The
 * caller chooses the unit; in this repository it is the millisecond.
 *
 * A percentile is the nearest-rank value, rounded up to the bound of its bucket: never smaller than the exact one, at most 1 %
 * larger (or 0.001, if that is more), and never above the maximum. Count and maximum are exact. Negative values, caused by
 * clocks that differ, count as 0.
 */
export class Histogram {
  readonly #countByBucket = new Map<number, number>();
  #count = 0;
  #max = 0;

  static from(values: Iterable<number>): Histogram {
    const histogram = new Histogram();
    for (const value of values) histogram.add(value);
    return histogram;
  }

  static fromJSON({ max, buckets }: HistogramJson): Histogram {
    const histogram = new Histogram();
    histogram.#max = max;
    for (const [bucket, count] of buckets) histogram.#addToBucket(bucket, count);
    return histogram;
  }

  /** Number of values. */
  get count(): number {
    return this.#count;
  }

  /** Largest value, exact; undefined when there is none. */
  get max(): number | undefined {
    return this.#count === 0 ? undefined : this.#max;
  }

  add(value: number): void {
    this.#addToBucket(bucketOf(value), 1);
    if (value > this.#max) this.#max = value;
  }

  /** Adds all values of another histogram. */
  merge(other: Histogram): void {
    for (const [bucket, count] of other.#countByBucket) this.#addToBucket(bucket, count);
    this.#max = Math.max(this.#max, other.#max);
  }

  /** The p-th percentile, `p` from 0 to 100; undefined when there is no value. */
  percentile(p: number): number | undefined {
    if (this.#count === 0) return undefined;
    const rank = Math.max(1, Math.ceil((p / 100) * this.#count));
    let seen = 0;
    for (const [bucket, count] of this.#ascending()) {
      seen += count;
      if (seen >= rank) return Math.min(upperBoundOf(bucket), this.#max);
    }
    return this.#max;
  }

  summary(): HistogramSummary {
    const rounded = (value: number | undefined) => (value === undefined ? null : Math.round(value * 100) / 100);
    return {
      count: this.#count,
      p50: rounded(this.percentile(50)),
      p95: rounded(this.percentile(95)),
      p99: rounded(this.percentile(99)),
      max: rounded(this.max),
    };
  }

  toJSON(): HistogramJson {
    return { max: this.#max, buckets: this.#ascending() };
  }

  #addToBucket(bucket: number, count: number): void {
    this.#countByBucket.set(bucket, (this.#countByBucket.get(bucket) ?? 0) + count);
    this.#count += count;
  }

  #ascending(): [bucket: number, count: number][] {
    return [...this.#countByBucket].sort(([a], [b]) => a - b);
  }
}
