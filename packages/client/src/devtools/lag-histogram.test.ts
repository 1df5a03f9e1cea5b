import { expect, test } from "vitest";
import { LagHistogram, lagLimits } from "./lag-histogram.ts";
import { RingBuffer } from "./ring-buffer.ts";

test("lags fall into bars that double, and the percentiles are of the latest thousand", () => {
  const lag = new LagHistogram();
  expect(lag.summary()).toMatchObject({ total: 0, p50: undefined, smallest: undefined });
  for (const ms of [-3, 9, 10, 79, 6_000]) lag.add(ms);
  const { counts, total, p50, smallest, latest } = lag.summary();
  expect(counts).toEqual([2, 1, 0, 1, 0, 0, 0, 0, 0, 0, 1]);
  expect(counts).toHaveLength(lagLimits.length + 1);
  expect({ total, p50, smallest, latest }).toEqual({ total: 5, p50: 10, smallest: -3, latest: 6_000 });
  for (let n = 0; n < 5_000; n += 1) lag.add(100);
  expect(lag.summary()).toMatchObject({ total: 5_005, p95: 100, smallest: 100 });
  lag.clear();
  expect(lag.summary().counts.every((count) => count === 0)).toBe(true);
});

test("a ring keeps the latest, and no more", () => {
  const ring = new RingBuffer<number>(3);
  for (let n = 0; n < 100; n += 1) ring.push(n);
  expect(ring.items()).toEqual([97, 98, 99]);
});
