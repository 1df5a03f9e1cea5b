import { expect, test } from "vitest";
import { sumOfMetric } from "./metrics-text.ts";

const text = [
  "# HELP a_total things",
  'a_total{service="x",reason="gap"} 2',
  'a_total{service="x",reason="poll"} 3',
  "a_total_more 100",
  "b 4.5",
].join("\n");

test("sums the samples of a metric", () => {
  expect(sumOfMetric(text, "a_total")).toBe(5);
  expect(sumOfMetric(text, "a_total", /reason="gap"/)).toBe(2);
  expect(sumOfMetric(text, "b")).toBe(4.5);
  expect(sumOfMetric(text, "c")).toBeNull();
});
