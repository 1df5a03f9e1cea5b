import { expect, test } from "vitest";
import { LiveTimeline } from "./live-timeline.ts";

const phases = { rampSeconds: 1, holdSeconds: 10, settleSeconds: 2, judgeSeconds: 1 };

function at(now: { ms: number }): LiveTimeline {
  const timeline = new LiveTimeline(phases, () => now.ms);
  timeline.begin(0);
  // The test looks by itself.
  timeline.stop();
  return timeline;
}

test("changes begin when the last connection is ready, and all that follows moves along", () => {
  const now = { ms: 0 };
  const timeline = at(now);
  const ready = timeline.awaitReady();
  for (now.ms = 0; now.ms <= 3000; now.ms += 50) timeline.look();
  expect(timeline.writeFrom).toBeGreaterThan(3000);
  ready();
  ready();
  const { writeFrom } = timeline;
  for (now.ms = 3000; now.ms <= 4000; now.ms += 50) timeline.look();
  expect(timeline).toMatchObject({ writeFrom, writeUntil: writeFrom + 10_000, judgeAt: writeFrom + 12_000 });
});

test("nobody is judged before the last change has had its time", () => {
  const now = { ms: 0 };
  const timeline = at(now);
  const quiet = timeline.awaitQuiet();
  for (now.ms = 0; now.ms < 20_000; now.ms += 50) timeline.look();
  quiet();
  for (now.ms = 20_000; now.ms < 30_000; now.ms += 50) timeline.look();
  expect(timeline.writeUntil).toBe(11_000);
  expect(timeline.judgeAt).toBeGreaterThanOrEqual(21_900);
  expect(timeline.judgeAt).toBeLessThanOrEqual(22_000);
});

test("who is never ready is not waited for without end", () => {
  const now = { ms: 0 };
  const timeline = at(now);
  timeline.awaitReady();
  for (now.ms = 0; now.ms < 300_000; now.ms += 50) timeline.look();
  expect(timeline.writeFrom).toBeLessThan(130_000);
});

test("with everybody in time nothing moves", () => {
  const now = { ms: 0 };
  const timeline = at(now);
  for (now.ms = 0; now.ms < 20_000; now.ms += 50) timeline.look();
  expect(timeline).toMatchObject({ writeFrom: 1000, writeUntil: 11_000, judgeAt: 13_000, end: 14_000 });
});
