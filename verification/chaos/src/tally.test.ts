import { expect, test } from "vitest";
import { Tally } from "./tally.ts";

test("figures of several processes add up to those of one", () => {
  const whole = new Tally();
  const parts = [new Tally(), new Tally()];
  for (const [n, part] of parts.entries()) {
    for (const tally of [whole, part]) {
      tally.runs += 1;
      tally.changes += 10 + n;
      for (const staleness of [5 * n, 7]) tally.staleness.add(staleness);
      tally.recovery.add(100 + n);
      tally.measure("take-over", 3000 + n);
    }
  }
  const sum = new Tally();
  for (const part of parts) sum.add(Tally.from(JSON.parse(JSON.stringify(part.raw))));
  expect(JSON.stringify(sum)).toBe(JSON.stringify(whole));
  expect(sum.toJSON()).toMatchObject({
    runs: 2,
    changes: 21,
    recoverMs: 101,
    measuredMs: { "take-over": { count: 2, max: 3001 } },
  });
});

test.each(["missed", "stuck", "regressions", "unauthorized", "lostWrites", "violations", "crashes"] as const)(
  "one %s breaks a promise",
  (name) => {
    const tally = new Tally();
    tally.duplicates = 9;
    expect(tally.broken).toBe(false);
    tally[name] = 1;
    expect(tally.broken).toBe(true);
  },
);
