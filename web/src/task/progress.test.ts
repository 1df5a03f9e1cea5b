import { expect, test } from "vitest";
import { progressOf } from "./progress.ts";

test("cancelled tasks count neither as done nor as open", () => {
  const tasks = ["done", "todo", "cancelled", "in_review"].map((status, index) => ({
    $id: String(index),
    $version: 1,
    status,
  }));
  expect(progressOf(tasks)).toEqual({ done: 1, open: 2, total: 3 });
});

test("without tasks, all counts are zero", () => {
  expect(progressOf([])).toEqual({ done: 0, open: 0, total: 0 });
});
