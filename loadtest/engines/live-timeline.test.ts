import { expect, test } from "vitest";
import { LiveTimeline } from "./live-timeline.ts";

const phases = { rampSeconds: 1, holdSeconds: 10, settleSeconds: 2, verifySeconds: 1 };

function startedTimeline(now: { ms: number }): LiveTimeline {
  const timeline = new LiveTimeline(phases, () => now.ms);
  timeline.begin(0);
  // The tests call check themselves.
  timeline.stop();
  return timeline;
}

test("changes begin when the last connection is ready, and all later moments are postponed with them", () => {
  const now = { ms: 0 };
  const timeline = startedTimeline(now);
  const ready = timeline.delayWriting();
  for (now.ms = 0; now.ms <= 3000; now.ms += 50) timeline.check();
  expect(timeline.writeFrom).toBeGreaterThan(3000);
  ready();
  ready();
  const { writeFrom } = timeline;
  for (now.ms = 3000; now.ms <= 4000; now.ms += 50) timeline.check();
  expect(timeline).toMatchObject({ writeFrom, writeUntil: writeFrom + 10_000, verifyFrom: writeFrom + 12_000 });
});

test("verification begins only after the last change has had its time to settle", () => {
  const now = { ms: 0 };
  const timeline = startedTimeline(now);
  const writesDone = timeline.delayVerification();
  for (now.ms = 0; now.ms < 20_000; now.ms += 50) timeline.check();
  writesDone();
  for (now.ms = 20_000; now.ms < 30_000; now.ms += 50) timeline.check();
  expect(timeline.writeUntil).toBe(11_000);
  expect(timeline.verifyFrom).toBeGreaterThanOrEqual(21_900);
  expect(timeline.verifyFrom).toBeLessThanOrEqual(22_000);
});

test("a connection that never becomes ready delays the changes by two minutes at most", () => {
  const now = { ms: 0 };
  const timeline = startedTimeline(now);
  timeline.delayWriting();
  for (now.ms = 0; now.ms < 300_000; now.ms += 50) timeline.check();
  expect(timeline.writeFrom).toBeLessThan(130_000);
});

test("without delays no moment is postponed", () => {
  const now = { ms: 0 };
  const timeline = startedTimeline(now);
  for (now.ms = 0; now.ms < 20_000; now.ms += 50) timeline.check();
  expect(timeline).toMatchObject({ writeFrom: 1000, writeUntil: 11_000, verifyFrom: 13_000, end: 14_000 });
});
