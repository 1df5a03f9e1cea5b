import { expect, test } from "vitest";
import { timelineFrom } from "../plan/plan.ts";
import { addDerivedMetrics } from "./derived-metrics.ts";
import { Recording } from "./recording.ts";

const start = 1_700_000_000_000;
const timeline = timelineFrom(start, { rampSeconds: 0, holdSeconds: 30, settleSeconds: 5, verifySeconds: 0 });

test("each kind of metric has the aggregates that budgets use", () => {
  const recording = new Recording();
  for (let n = 1; n <= 100; n++) recording.add("rt_delivery_ms", n, start + n * 100);
  for (const ok of [1, 1, 1, 0]) recording.add("rt_connect_ok", ok, start);
  for (const gaps of [0, 2, 1]) recording.add("rt_gaps", gaps, start);
  for (const load of [10, 90, 20]) recording.add("generator_cpu", load, start + load * 1000);
  expect(recording.values("rt_delivery_ms")?.count).toBe(100);
  expect(recording.values("rt_delivery_ms")?.percentile?.(99)).toBeCloseTo(99, -1);
  expect(recording.values("rt_connect_ok")?.rate).toBe(0.75);
  expect(recording.values("rt_gaps")?.count).toBe(3);
  expect(recording.values("generator_cpu")).toEqual({ value: 20, max: 90 });
  expect(recording.values("rt_echo_ms")).toBeUndefined();
});

test("a counter without events is zero, and a rate without samples is undefined", () => {
  const recording = new Recording();
  recording.zeroCounters(start);
  expect(recording.values("rt_gaps")?.count).toBe(0);
  expect(recording.values("rt_delivery_ratio")).toBeUndefined();
});

test("labels count close codes and failed cases", () => {
  const recording = new Recording();
  recording.add("rt_unexpected_close", 1, start, { code: "1006" });
  recording.add("rt_unexpected_close", 1, start, { code: "1006" });
  recording.add("rt_auth_rejected_ok", 1, start, { case: "garbage token" });
  recording.add("rt_auth_rejected_ok", 0, start, { case: "flood" });
  expect(recording.labels("rt_unexpected_close")).toEqual([["1006", 2]]);
  expect(recording.labels("rt_auth_rejected_ok")).toEqual([["flood", 1]]);
});

test("the spread of a change is the time from the first to the last socket that received it", () => {
  const recording = new Recording();
  for (const ms of [30, 10, 25]) recording.add("rt_delivery_ms", ms, start, { change: "1" });
  recording.add("rt_delivery_ms", 99, start, { change: "2" });
  addDerivedMetrics(recording, timeline);
  expect(recording.values("rt_spread_ms")?.count).toBe(1);
  expect(recording.values("rt_spread_ms")?.max).toBe(20);
});

test("recovery is the time from the end of the burst to the first second that is as fast as before it", () => {
  const recording = new Recording();
  const latencyAt = (second: number): number => (second < 10 ? 20 : second < 23 ? 900 : 25);
  for (let at = 0; at < 30; at += 0.1) recording.add("rt_delivery_ms", latencyAt(at), start + at * 1000);
  addDerivedMetrics(recording, timeline, { from: start + 10_000, until: start + 20_000 });
  expect(recording.values("rt_recovery_ms")?.value).toBe(3000);
});

test("a p99 that doubles over the run is a drift of two", () => {
  const recording = new Recording();
  for (let at = 0; at < 30; at += 0.1) recording.add("rt_delivery_ms", at < 15 ? 20 : 40, start + at * 1000);
  addDerivedMetrics(recording, timeline);
  expect(recording.values("rt_drift")?.value).toBeCloseTo(2, 1);
});
