import { expect, test } from "vitest";
import { judgeBudget } from "./budget.ts";

const values = { count: 3, rate: 0.999, value: 7, max: 9, percentile: (p: number) => p };

test.each([
  ["p(99)<=99", true],
  ["p(99)<99", false],
  ["p(99.9) > 99", true],
  ["count==0", false],
  ["count>=3", true],
  ["rate==1", false],
  ["rate>0.99", true],
  ["value<8", true],
  ["max<=8.5", false],
])("%s is kept: %s", (expression, kept) => {
  expect(judgeBudget({ metric: "rt_delivery_ms", expression, why: "" }, values).kept).toBe(kept);
});

test("nothing measured is no success", () => {
  const budget = { metric: "rt_delivery_ms", expression: "p(99)<=250", why: "" } as const;
  expect(judgeBudget(budget, undefined)).toEqual({ ...budget, value: undefined, kept: false });
  expect(judgeBudget(budget, { count: 0 }).kept).toBe(false);
});

test("what is no expression is an error with an example", () => {
  expect(() => judgeBudget({ metric: "rt_gaps", expression: "avg<5", why: "" }, values)).toThrow(/p\(99\)<=250/);
});
