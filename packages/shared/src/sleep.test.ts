import { expect, test } from "vitest";
import { sleep } from "./sleep.ts";
import { FakeClock } from "./testing/fake-clock.ts";

test("sleep ends when its time is over", async () => {
  const clock = new FakeClock();
  let awake = false;
  void sleep(100, undefined, clock).then(() => (awake = true));
  await clock.advance(99);
  expect(awake).toBe(false);
  await clock.advance(1);
  expect(awake).toBe(true);
});

test("sleep ends when its signal is aborted, before and during it, and leaves no timer", async () => {
  const clock = new FakeClock();
  const controller = new AbortController();
  const during = sleep(100, controller.signal, clock);
  controller.abort();
  await during;
  await sleep(100, controller.signal, clock);
  expect(clock.timers).toBe(0);
});
