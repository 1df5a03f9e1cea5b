import { expect, test } from "vitest";
import { staleText } from "./stale-text.ts";

const then = new Date(2026, 2, 3, 10, 32).getTime();

test("names the time of stale data, with the date if it is not today", () => {
  expect(staleText(then, then + 60_000).when).toMatch(/^As of 10[:.]32/);
  expect(staleText(then, then + 86_400_000).when).toMatch(/^As of .*2026.*10[:.]32/);
});

test("does not invent an unknown time", () => {
  expect(staleText(undefined, then).when).toBe("From your last visit");
});
