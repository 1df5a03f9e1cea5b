import { expect, test } from "vitest";
import { evaluateBudget } from "./budget.ts";

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
])("%s is met: %s", (expression, met) => {
  expect(evaluateBudget({ metric: "rt_delivery_ms", expression, why: "" }, values).met).toBe(met);
});

test("a budget without a measurement is not met", () => {
  const budget = { metric: "rt_delivery_ms", expression: "p(99)<=250", why: "" } as const;
  expect(evaluateBudget(budget, undefined)).toEqual({ ...budget, value: undefined, met: false });
  expect(evaluateBudget(budget, { count: 0 }).met).toBe(false);
});

test("an invalid expression is rejected with an example", () => {
  expect(() => evaluateBudget({ metric: "rt_gaps", expression: "avg<5", why: "" }, values)).toThrow(/p\(99\)<=250/);
});
