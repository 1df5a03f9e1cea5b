import { FakeClock } from "@heliograph/shared/testing/fake-clock";
import { settle } from "@heliograph/shared/testing/settle";
import { expect, test } from "vitest";
import { localFlushLock, stealAfterMs, webFlushLock } from "./flush-lock.ts";

test("one tab at a time holds the lock; the next one gets it when the first is done", async () => {
  const clock = new FakeClock();
  const log: string[] = [];
  const first = Promise.withResolvers<void>();
  const lock = webFlushLock("turns", navigator.locks, clock);
  const one = lock(async () => {
    log.push("one");
    await first.promise;
  });
  const two = lock(async (held) => void log.push(`two ${held()}`));
  await settle();
  expect(log).toEqual(["one"]);
  first.resolve();
  await Promise.all([one, two]);
  expect(log).toEqual(["one", "two true"]);
  expect(clock.timers).toBe(0);
});

test("the lock of a tab that hangs is stolen, and the tab notices", async () => {
  const clock = new FakeClock();
  const never = Promise.withResolvers<void>();
  let firstHolds: (() => boolean) | undefined;
  const lock = webFlushLock("steal", navigator.locks, clock);
  const first = lock(async (held) => {
    firstHolds = held;
    await never.promise;
  });
  let second = false;
  const taken = lock(async () => {
    second = true;
  });
  await clock.advance(stealAfterMs - 1);
  expect(second).toBe(false);
  expect(firstHolds?.()).toBe(true);
  await clock.advance(1);
  await taken;
  expect(second).toBe(true);
  await first;
  expect(firstHolds?.()).toBe(false);
  expect(clock.timers).toBe(0);
});

test("an error of the work rejects and releases the lock", async () => {
  for (const lock of [webFlushLock("fault", navigator.locks, new FakeClock()), localFlushLock()]) {
    await expect(lock(() => Promise.reject(new Error("broken")))).rejects.toThrow("broken");
    let done = false;
    await lock(async () => {
      done = true;
    });
    expect(done).toBe(true);
  }
});
