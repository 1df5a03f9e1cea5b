import { expect, test } from "vitest";
import { LagHistogram, lagLimits } from "./lag-histogram.ts";
import { RingBuffer } from "./ring-buffer.ts";

test("the limits of the bars double, and the percentiles cover the latest thousand measurements", () => {
  const lag = new LagHistogram();
  expect(lag.summary()).toMatchObject({ total: 0, p50: undefined, smallest: undefined });
  for (const ms of [-3, 9, 10, 79, 6_000]) lag.add(ms);
  const { counts, total, p50, smallest, latest } = lag.summary();
  expect(counts).toEqual([2, 1, 0, 1, 0, 0, 0, 0, 0, 0, 1]);
  expect(counts).toHaveLength(lagLimits.length + 1);
  expect({ total, p50, smallest, latest }).toEqual({ total: 5, p50: 10, smallest: -3, latest: 6_000 });
  for (let n = 0; n < 5_000; n += 1) lag.add(100);
  expect(lag.summary()).toMatchObject({ total: 5_005, p95: 100, smallest: 100 });
});

test("a ring buffer keeps only the latest items", () => {
  const buffer = new RingBuffer<number>(3);
  for (let n = 0; n < 100; n += 1) buffer.push(n);
  expect(buffer.items()).toEqual([97, 98, 99]);
});
