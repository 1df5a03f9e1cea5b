import { expect, test } from "vitest";
import { readTestOutput } from "./test-run.ts";

const lines = (...messages: object[]) => messages.map((message) => JSON.stringify(message)).join("\n");
const done = { type: "test_summary", test_summary: { status: "pass", failed: 0, errored: 0, skipped: 0 } };
const complete = (run: string, status = "pass") => ({
  type: "test_run",
  "@testrun": run,
  test_run: { run, progress: "complete", status },
});

test("resources are read from plans and states of all modules, without data sources", () => {
  const planned = {
    type: "test_plan",
    "@testrun": "small",
    test_plan: {
      resource_changes: [
        { address: "a", type: "aws_vpc", mode: "managed", change: { after: { cidr: 1 } } },
        { address: "gone", type: "aws_vpc", mode: "managed", change: { after: null } },
      ],
    },
  };
  const made = {
    type: "test_state",
    "@testrun": "production",
    test_state: {
      root_module: {
        child_modules: [
          {
            resources: [
              { address: "module.b.c", type: "aws_lb", mode: "managed", values: { name: "x" } },
              { address: "module.b.data.d", type: "aws_region", mode: "data", values: {} },
            ],
          },
        ],
      },
    },
  };
  const { runs, problems } = readTestOutput(lines(complete("small"), planned, complete("production"), made, done));
  expect(problems).toEqual([]);
  expect(runs).toEqual([
    { name: "small", status: "pass", resources: [{ address: "a", type: "aws_vpc", values: { cidr: 1 } }] },
    {
      name: "production",
      status: "pass",
      resources: [{ address: "module.b.c", type: "aws_lb", values: { name: "x" } }],
    },
  ]);
});

test("failures are reported with their place, and so is an end without a summary", () => {
  const failure = {
    type: "diagnostic",
    "@testrun": "small",
    diagnostic: {
      severity: "error",
      summary: "Test assertion failed",
      detail: "no bucket",
      range: { filename: "tests/a.tftest.hcl", start: { line: 7 } },
    },
  };
  expect(readTestOutput(lines(complete("small", "fail"), failure)).problems).toEqual([
    "small: Test assertion failed: no bucket (tests/a.tftest.hcl:7)",
    "terraform test ended without a summary",
  ]);
  expect(readTestOutput("Error: not JSON").problems).toEqual(["terraform test ended without a summary"]);
});
