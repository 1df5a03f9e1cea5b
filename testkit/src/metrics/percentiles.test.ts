import { expect, test } from "vitest";
import { distribution } from "./percentiles.ts";

test("percentiles are values that were measured, whatever the order", () => {
  const values = Array.from({ length: 100 }, (_, i) => 100 - i);
  expect(distribution(values)).toEqual({ count: 100, p50: 50, p95: 95, p99: 99, max: 100 });
});

test("nothing measured is null, not zero", () => {
  expect(distribution([])).toEqual({ count: 0, p50: null, p95: null, p99: null, max: null });
});
