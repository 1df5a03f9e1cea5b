import { expect, test } from "vitest";
import { burnUp, forecast } from "./burn-up.ts";

const day = 86_400_000;
const now = Date.parse("2026-03-31T10:00:00Z");
let next = 0;
function task(created: string, done?: string, status = done ? "done" : "todo") {
  next += 1;
  return {
    $id: String(next),
    $version: 1,
    status,
    created_ts: `${created}T08:00:00Z`,
    completed_ts: done ? `${done}T17:00:00Z` : null,
  };
}

test("counts scope and finished tasks by the end of each day up to today", () => {
  const points = burnUp([task("2026-03-29"), task("2026-03-30", "2026-03-31"), task("2026-03-30")], now);
  expect(points.map(({ scope, done }) => [scope, done])).toEqual([
    [1, 0],
    [3, 0],
    [3, 1],
  ]);
  expect(points[0]?.day).toBe(Date.parse("2026-03-29T00:00:00Z"));
});

test("cancelled tasks are not in scope, and no task is finished before it was created", () => {
  const points = burnUp([task("2026-03-30", "2026-01-01"), task("2026-03-01", undefined, "cancelled")], now);
  expect(points.map(({ scope, done }) => [scope, done])).toEqual([
    [1, 1],
    [1, 1],
  ]);
});

test("without tasks there are no points", () => {
  expect(burnUp([], now)).toEqual([]);
  expect(forecast([])).toEqual({ open: 0, done: 0, weekly: 0, doneBy: undefined });
});

test("the forecast extrapolates the pace of the last four weeks", () => {
  const old = Array.from({ length: 10 }, () => task("2026-01-01", "2026-01-10"));
  const recent = Array.from({ length: 4 }, () => task("2026-01-01", "2026-03-20"));
  const open = Array.from({ length: 2 }, () => task("2026-01-01"));
  const { weekly, doneBy, open: left } = forecast(burnUp([...old, ...recent, ...open], now));
  expect(weekly).toBe(1);
  expect(left).toBe(2);
  expect(doneBy).toBe(Date.parse("2026-03-31T00:00:00Z") + 14 * day);
});

test("the forecast has no date if nothing was finished in the last four weeks", () => {
  expect(forecast(burnUp([task("2026-01-01", "2026-01-02"), task("2026-01-01")], now)).doneBy).toBeUndefined();
});
