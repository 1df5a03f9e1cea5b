import { expect, test } from "vitest";
import { arrivalTimes, constant, maxSockets } from "./workload.ts";

test("a constant rate arrives evenly, the first immediately", () => {
  expect([...arrivalTimes(constant(4, 2))]).toEqual([0, 250, 500, 750, 1000, 1250, 1500, 1750]);
});

test("a rising rate yields as many arrivals as the area below it", () => {
  const times = [...arrivalTimes({ startRate: 0, stages: [{ target: 500, seconds: 4 }] })];
  expect(Math.abs(times.length - 1000)).toBeLessThanOrEqual(2);
  expect(times).toEqual([...times].sort((a, b) => a - b));
  expect(times.filter((at) => at < 2000).length).toBeLessThan(times.length / 3);
});

test("a rate of zero yields no arrivals", () => {
  expect([...arrivalTimes(constant(0, 3))]).toEqual([]);
});

test("simultaneous sockets are all lasting connections plus the peak of arrivals", () => {
  expect(
    maxSockets(
      [
        { kind: "connections", name: "a", journey: "holdRows", count: 100 },
        { kind: "arrivals", name: "b", journey: "visit", from: "start", maxJourneySeconds: 3, ...constant(10, 60) },
      ],
      2,
    ),
  ).toBe(230);
});
