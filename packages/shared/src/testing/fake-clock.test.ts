import { expect, test } from "vitest";
import { FakeClock } from "./fake-clock.ts";

test("timers fire in the order of their time, then of their creation, those set by a timer included", async () => {
  const clock = new FakeClock();
  const fired: string[] = [];
  const set = (name: string, delayMs: number) =>
    clock.setTimer(() => void fired.push(`${name} ${clock.now()}`), delayMs);
  set("late", 20);
  set("early", 10);
  clock.setTimer(() => void [set("inner", 5), set("negative", -5)], 10);
  set("also early", 10);
  await clock.advance(20);
  expect(fired).toEqual(["early 10", "also early 10", "negative 10", "inner 15", "late 20"]);
  expect(clock.timers).toBe(0);
});

test("time never goes back: not by a negative step, nor when a timer advances the clock itself", async () => {
  const clock = new FakeClock();
  await expect(clock.advance(-1)).rejects.toThrow(RangeError);
  await expect(clock.advance(Number.NaN)).rejects.toThrow(RangeError);
  let inner: Promise<void> | undefined;
  clock.setTimer(() => (inner = clock.advance(100)), 10);
  await clock.advance(20);
  await inner;
  expect(clock.now()).toBe(110);
});

test("a delay that is not a number is refused, and a timer that throws leaves the others set", async () => {
  const clock = new FakeClock();
  expect(() => clock.setTimer(() => undefined, Number.NaN)).toThrow(RangeError);
  let fired = 0;
  clock.setTimer(() => {
    throw new Error("planted");
  }, 5);
  clock.setTimer(() => (fired += 1), 10);
  await expect(clock.advance(20)).rejects.toThrow("planted");
  expect([clock.now(), fired]).toEqual([5, 0]);
  await clock.advance(20);
  expect(fired).toBe(1);
});
