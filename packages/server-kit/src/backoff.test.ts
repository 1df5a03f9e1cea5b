import { expect, test } from "vitest";
import { Backoff } from "./backoff.ts";

test("the bound doubles to the cap, the wait is anywhere below it, a success starts over", () => {
  const longest = new Backoff({ baseMs: 100, capMs: 1000, random: () => 1 });
  expect(Array.from({ length: 6 }, () => longest.next())).toEqual([100, 200, 400, 800, 1000, 1000]);
  longest.reset();
  expect(longest.next()).toBe(100);
  const shortest = new Backoff({ baseMs: 100, capMs: 1000, random: () => 0 });
  expect(shortest.next()).toBe(0);
});
