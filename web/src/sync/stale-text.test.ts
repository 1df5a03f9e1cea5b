import { expect, test } from "vitest";
import { staleText } from "./stale-text.ts";

const then = new Date(2026, 2, 3, 10, 32).getTime();

test("what is older is said with its time, and with its day if that is not today", () => {
  expect(staleText(then, then + 60_000).when).toMatch(/^As of 10[:.]32/);
  expect(staleText(then, then + 86_400_000).when).toMatch(/^As of .*2026.*10[:.]32/);
});

test("a time that is not known is not made up", () => {
  expect(staleText(undefined, then).when).toBe("From your last visit");
});
