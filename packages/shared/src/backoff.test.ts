import { expect, test } from "vitest";
import { Backoff, backoffDelay } from "./backoff.ts";

test("the ceiling doubles up to the cap, the delay is anywhere below it, and a success starts over", () => {
  const longest = new Backoff({ baseMs: 100, capMs: 1000, random: () => 1 });
  expect(Array.from({ length: 6 }, () => longest.next())).toEqual([100, 200, 400, 800, 1000, 1000]);
  longest.reset();
  expect(longest.next()).toBe(100);
  const shortest = new Backoff({ baseMs: 100, capMs: 1000, random: () => 0 });
  expect(shortest.next()).toBe(0);
});

test("thousands of failures in a row still give the cap", () => {
  expect(backoffDelay(5_000, 1, { baseMs: 100, capMs: 1000 })).toBe(1000);
});
