import { expect, test } from "vitest";
import { FakeClock } from "./testing/fake-clock.ts";
import { Timer } from "./timer.ts";

test("setting a timer again replaces the earlier one, and clearing leaves none", async () => {
  const clock = new FakeClock();
  const timer = new Timer(clock);
  const fired: string[] = [];
  timer.set(10, () => fired.push("first"));
  timer.set(20, () => fired.push("second"));
  await clock.advance(15);
  expect(fired).toEqual([]);
  await clock.advance(5);
  expect(fired).toEqual(["second"]);
  timer.set(10, () => fired.push("third"));
  timer.clear();
  expect(timer.armed).toBe(false);
  expect(clock.timers).toBe(0);
});
