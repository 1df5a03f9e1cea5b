import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { systemClock } from "./clock.ts";

const dayMs = 86_400_000;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test.each([0, 25, 60])("a timer of %i days fires once, when its time is over", (days) => {
  let fired = 0;
  systemClock.setTimer(() => (fired += 1), days * dayMs + 10);
  vi.advanceTimersByTime(days * dayMs + 9);
  expect(fired).toBe(0);
  vi.advanceTimersByTime(1);
  expect([fired, vi.getTimerCount()]).toEqual([1, 0]);
});

test("a timer of 60 days can be cancelled at any time, and one that never fires leaves the clock usable", () => {
  let fired = 0;
  const cancel = systemClock.setTimer(() => (fired += 1), 60 * dayMs);
  systemClock.setTimer(() => (fired += 1), Number.POSITIVE_INFINITY)();
  vi.advanceTimersByTime(30 * dayMs);
  cancel();
  expect(vi.getTimerCount()).toBe(0);
  vi.advanceTimersByTime(60 * dayMs);
  expect(fired).toBe(0);
});

test("a negative delay fires at once", () => {
  let fired = 0;
  systemClock.setTimer(() => (fired += 1), -5);
  vi.advanceTimersByTime(1);
  expect(fired).toBe(1);
});
