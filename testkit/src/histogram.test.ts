import { SeededRandom } from "@heliograph/shared/seeded-random";
import { expect, test } from "vitest";
import { Histogram, type HistogramJson } from "./histogram.ts";

/** The exact nearest-rank percentile. */
function exactPercentile(values: readonly number[], p: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil((p / 100) * sorted.length) - 1)] ?? Number.NaN;
}

test.each([
  ["uniform", (random: SeededRandom) => random.next() * 1500],
  ["over eight orders of magnitude", (random: SeededRandom) => 10 ** (random.next() * 8 - 2)],
  ["equal to bucket bounds", (random: SeededRandom) => 0.001 * 1.01 ** random.int(0, 2000)],
])("percentiles of values %s are never too small and at most 1 %% too large", (_, draw) => {
  const random = new SeededRandom(1);
  const values = Array.from({ length: 10_000 }, () => draw(random));
  const histogram = Histogram.from(values);
  for (const p of [0, 1, 50, 95, 99, 99.9, 100]) {
    const exact = exactPercentile(values, p);
    const found = histogram.percentile(p) ?? Number.NaN;
    expect(found / exact).toBeGreaterThan(1 - 1e-9);
    expect(found / exact).toBeLessThan(1.01 + 1e-9);
  }
  expect(histogram.max).toBe(Math.max(...values));
});

test("memory is bounded, and values beyond the last bucket keep the exact maximum", () => {
  const histogram = new Histogram();
  for (let exponent = -10; exponent < 20; exponent += 0.001) histogram.add(10 ** exponent);
  histogram.add(Number.POSITIVE_INFINITY);
  expect(histogram.toJSON().buckets.length).toBeLessThanOrEqual(2778);
  expect(Histogram.from([5, 3e12]).percentile(99)).toBe(3e12);
});

test("an empty histogram has no percentiles, zero is zero, and negative values count as zero", () => {
  expect(new Histogram().percentile(99)).toBeUndefined();
  expect(new Histogram().max).toBeUndefined();
  expect(new Histogram().summary()).toEqual({ count: 0, p50: null, p95: null, p99: null, max: null });
  expect(Histogram.from([0]).percentile(99)).toBe(0);
  expect(Histogram.from([-3]).summary()).toEqual({ count: 1, p50: 0, p95: 0, p99: 0, max: 0 });
});

test("merging after a JSON round trip gives the histogram of all values", () => {
  const [one, two] = [new Histogram(), new Histogram()];
  for (let n = 1; n <= 100; n++) (n % 3 === 0 ? one : two).add(n);
  const copy = Histogram.fromJSON(JSON.parse(JSON.stringify(one)) as HistogramJson);
  copy.merge(two);
  const all = Histogram.from(Array.from({ length: 100 }, (_, n) => n + 1));
  expect(copy.toJSON()).toEqual(all.toJSON());
  expect([copy.count, copy.max]).toEqual([100, 100]);
});
