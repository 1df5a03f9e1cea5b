import { expect, test } from "vitest";
import { FaultStats } from "./fault-stats.ts";

test("stats of several processes add up to those of one", () => {
  const whole = new FaultStats();
  const parts = [new FaultStats(), new FaultStats()];
  for (const [n, part] of parts.entries()) {
    for (const stats of [whole, part]) {
      stats.runs += 1;
      stats.changes += 10 + n;
      for (const staleness of [5 * n, 7]) stats.staleness.add(staleness);
      stats.recovery.add(100 + n);
      stats.measure("take-over", 3000 + n);
    }
  }
  const sum = new FaultStats();
  for (const part of parts) sum.add(FaultStats.from(JSON.parse(JSON.stringify(part.raw))));
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
    const stats = new FaultStats();
    stats.duplicates = 9;
    expect(stats.broken).toBe(false);
    stats[name] = 1;
    expect(stats.broken).toBe(true);
  },
);
