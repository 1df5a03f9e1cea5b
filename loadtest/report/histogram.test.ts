import { expect, test } from "vitest";
import { Histogram } from "./histogram.ts";

test("percentiles are never too small and at most 2 % too large, whatever the order", () => {
  const histogram = new Histogram();
  const values = Array.from({ length: 10_000 }, (_, n) => ((n * 7919) % 10_000) / 7 + 0.01);
  for (const value of values) histogram.add(value);
  const sorted = [...values].sort((a, b) => a - b);
  for (const p of [1, 50, 95, 99, 99.9, 100]) {
    const exact = sorted[Math.max(0, Math.ceil((p / 100) * sorted.length) - 1)] ?? 0;
    const found = histogram.percentile(p) ?? 0;
    expect(found / exact).toBeGreaterThan(0.999999);
    expect(found / exact).toBeLessThan(1.0201);
  }
  expect(histogram.max).toBe(Math.max(...values));
});

test("nothing added is undefined, zero is zero", () => {
  const histogram = new Histogram();
  expect([histogram.percentile(99), histogram.max, histogram.mean]).toEqual([undefined, undefined, undefined]);
  histogram.add(0);
  expect(histogram.percentile(99)).toBe(0);
});

test("merged is as if added to one", () => {
  const [one, two, both] = [new Histogram(), new Histogram(), new Histogram()];
  for (let n = 1; n <= 100; n++) {
    (n % 3 === 0 ? one : two).add(n);
    both.add(n);
  }
  one.merge(two);
  expect([one.count, one.max, ...one.percentiles([50, 95, 99])]).toEqual([
    both.count,
    both.max,
    ...both.percentiles([50, 95, 99]),
  ]);
});
