import { expect, test } from "vitest";
import { timelineFrom } from "../plan/plan.ts";
import { Recording } from "./recording.ts";
import { remarksOn, whyInvalid } from "./validity.ts";

const start = 1_700_000_000_000;
const phases = { rampSeconds: 4, holdSeconds: 20, settleSeconds: 2, judgeSeconds: 1 };
const timeline = timelineFrom(start, phases);

/** Samples every 2 s, the first of them when changes begin. */
function sampled(loads: readonly number[], metric: "generator_cpu" | "machine_cpu" = "generator_cpu"): Recording {
  const recording = new Recording();
  for (const [n, load] of loads.entries()) recording.add(metric, load, timeline.writeFrom + n * 2000);
  return recording;
}

test("a generator above 80 % over ten seconds measured itself", () => {
  const calm = [20, 20, 20, 20, 20];
  expect(whyInvalid(sampled([...calm, 80, 80, 80, 80, 80]), timeline)).toBeNull();
  expect(whyInvalid(sampled([...calm, 81, 81, 81, 81, 81]), timeline)).toMatch(/used 81 % of its CPU \(limit 80 %\)/);
  // The last window counts as the first one does.
  expect(whyInvalid(sampled([81, 81, 81, 81, 81, ...calm]), timeline)).toMatch(/measured itself/);
  // One sample beside quiet ones is a moment and not a state.
  expect(whyInvalid(sampled([20, 20, 100, 20, 20]), timeline)).toBeNull();
  expect(whyInvalid(sampled([90]), timeline)).toMatch(/used 90 %/);
});

test("what the generator used before and after the changes does not count", () => {
  const recording = sampled([20, 20, 20]);
  recording.add("generator_cpu", 100, timeline.writeFrom - 1000);
  recording.add("generator_cpu", 100, timeline.writeUntil);
  expect(whyInvalid(recording, timeline)).toBeNull();
});

test("a run whose generator was not watched proves nothing, unless it was too short to be", () => {
  expect(whyInvalid(new Recording(), timeline)).toMatch(/generator CPU was not recorded/);
  expect(whyInvalid(new Recording(), timelineFrom(start, { ...phases, holdSeconds: 10 }))).not.toBeNull();
  expect(whyInvalid(new Recording(), timelineFrom(start, { ...phases, holdSeconds: 9.9 }))).toBeNull();
});

test("a machine that is full is said, and no verdict", () => {
  const full = sampled([96, 96, 96, 96, 96], "machine_cpu");
  expect(remarksOn(full, timeline)).toEqual([expect.stringMatching(/at 96 % of all its cores/)]);
  expect(remarksOn(sampled([95, 95, 95, 95, 95], "machine_cpu"), timeline)).toEqual([]);
  expect(remarksOn(new Recording(), timeline)).toEqual([]);
});
