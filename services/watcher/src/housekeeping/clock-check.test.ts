import { expect, test } from "vitest";
import { ClockCheck } from "./clock-check.ts";

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const start = Date.UTC(2026, 0, 1);

/** A watcher whose first look is `trustedAgo` after the last trusted one; null: there was none. */
function createLooks(trustedAgo: number | null) {
  const check = new ClockCheck();
  let nowMs = 0;
  let aheadMs = 0;
  let trustedMs = trustedAgo === null ? null : start - trustedAgo;
  return {
    step: (byMs: number) => {
      aheadMs += byMs;
    },
    look: (afterMs: number): boolean => {
      nowMs += afterMs;
      const wallMs = start + nowMs + aheadMs;
      const agrees = check.look({ nowMs, wallMs, trustedMs });
      if (agrees) trustedMs = wallMs;
      return agrees;
    },
  };
}

test("a clock that goes on after a restart is trusted at once", () => {
  const { look } = createLooks(minute);
  expect([look(0), look(minute), look(minute)]).toEqual([true, true, true]);
});

// Fails when the clock alone decides: nine days ahead for 75 s would drop every day of the log.
test.each([9 * day, -day, 10 * minute, -10 * minute])(
  "after a step by %i ms the clock is trusted an hour later",
  (by) => {
    const { look, step } = createLooks(minute);
    look(0);
    step(by);
    expect([look(minute), look(58 * minute), look(2 * minute)]).toEqual([false, false, true]);
    step(by);
    step(-by);
    expect(look(minute)).toBe(true);
  },
);

test("a step and its end are two steps", () => {
  const { look, step } = createLooks(minute);
  look(0);
  step(9 * day);
  expect(look(minute)).toBe(false);
  step(-9 * day);
  expect([look(15_000), look(59 * minute), look(minute)]).toEqual([false, false, true]);
});

test.each([
  ["never trusted before", null],
  ["trusted long ago", 9 * day],
  ["trusted in what is now the future", -day],
])("a watcher that starts with a clock %s waits an hour", (_what, ago) => {
  const { look } = createLooks(ago);
  expect([look(0), look(59 * minute), look(minute)]).toEqual([false, false, true]);
});
