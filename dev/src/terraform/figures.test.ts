import { expect, test } from "vitest";
import { figureProblems } from "./figures.ts";
import type { Resource } from "./test-run.ts";

const balancer = (timeout: number): Resource => ({
  address: "module.alb.aws_lb.this",
  type: "aws_lb",
  values: { idle_timeout: timeout },
});
const task = (stopTimeout: number, drain: string): Resource => ({
  address: "module.gateway.aws_ecs_task_definition.this",
  type: "aws_ecs_task_definition",
  values: {
    container_definitions: JSON.stringify([{ stopTimeout, environment: [{ name: "DRAIN_MS", value: drain }] }]),
  },
});
const about = (resources: readonly Resource[], word: string) =>
  figureProblems(resources).filter((problem) => problem.includes(word));

test("a different figure and a missing one are reported, an equal one is not", () => {
  expect(about([balancer(300)], "aws_lb.this")).toEqual([]);
  expect(about([balancer(60)], "aws_lb.this")).toEqual(["module.alb.aws_lb.this: idle_timeout is 60, not 300"]);
  expect(about([], "aws_lb.this")).toEqual(["no resource matches aws_lb.this"]);
});

test("figures are found inside the text of a container, by the name of a setting", () => {
  expect(about([task(120, "90000")], "stopTimeout")).toEqual([]);
  expect(about([task(120, "90000")], "DRAIN_MS")).toEqual([]);
  expect(about([task(30, "5000")], "stopTimeout").join()).toContain("is 30, not 120");
  expect(about([task(30, "5000")], "DRAIN_MS").join()).toContain('is "5000", not 90000');
  expect(about([task(120, "90000")], "KEEP_ALIVE_MS").join()).toContain("is undefined, not 310000");
});
