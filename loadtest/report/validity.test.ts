import { expect, test } from "vitest";
import { timelineFrom } from "../plan/plan.ts";
import { Recording } from "./recording.ts";
import { invalidReason, remarksFor } from "./validity.ts";

const start = 1_700_000_000_000;
const phases = { rampSeconds: 4, holdSeconds: 20, settleSeconds: 2, verifySeconds: 1 };
const timeline = timelineFrom(start, phases);

/** Samples every 2 s, the first of them when changes begin. */
function sampled(loads: readonly number[], metric: "generator_cpu" | "machine_cpu" = "generator_cpu"): Recording {
  const recording = new Recording();
  for (const [n, load] of loads.entries()) recording.add(metric, load, timeline.writeFrom + n * 2000);
  return recording;
}

test("a run whose generator was above 80 % over ten seconds is invalid", () => {
  const calm = [20, 20, 20, 20, 20];
  expect(invalidReason(sampled([...calm, 80, 80, 80, 80, 80]), timeline)).toBeNull();
  expect(invalidReason(sampled([...calm, 81, 81, 81, 81, 81]), timeline)).toMatch(
    /used 81 % of its CPU \(limit 80 %\)/,
  );
  // The first window counts as well as the last one.
  expect(invalidReason(sampled([81, 81, 81, 81, 81, ...calm]), timeline)).toMatch(/was the bottleneck/);
  // A single high sample is no sustained load.
  expect(invalidReason(sampled([20, 20, 100, 20, 20]), timeline)).toBeNull();
  expect(invalidReason(sampled([90]), timeline)).toMatch(/used 90 %/);
});

test("the generator's load before and after the changes does not count", () => {
  const recording = sampled([20, 20, 20]);
  recording.add("generator_cpu", 100, timeline.writeFrom - 1000);
  recording.add("generator_cpu", 100, timeline.writeUntil);
  expect(invalidReason(recording, timeline)).toBeNull();
});

test("a run without samples of the generator is invalid, unless it was too short for any", () => {
  expect(invalidReason(new Recording(), timeline)).toMatch(/generator CPU was not recorded/);
  expect(invalidReason(new Recording(), timelineFrom(start, { ...phases, holdSeconds: 10 }))).not.toBeNull();
  expect(invalidReason(new Recording(), timelineFrom(start, { ...phases, holdSeconds: 9.9 }))).toBeNull();
});

test("a saturated machine is a remark and does not make the run invalid", () => {
  const full = sampled([96, 96, 96, 96, 96], "machine_cpu");
  expect(remarksFor(full, timeline)).toEqual([expect.stringMatching(/used 96 % of its CPU/)]);
  expect(remarksFor(sampled([95, 95, 95, 95, 95], "machine_cpu"), timeline)).toEqual([]);
  expect(remarksFor(new Recording(), timeline)).toEqual([]);
});
