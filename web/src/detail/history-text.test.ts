import { expect, test } from "vitest";
import { historyText } from "./history-text.ts";

test.each([
  ["CREATE", ["title", "updated_ts"], "created this"],
  ["DELETE", [], "deleted this"],
  ["UPDATE", [], "changed this"],
  ["UPDATE", ["updated_ts"], "changed this"],
  ["UPDATE", ["priority", "updated_ts"], "changed priority"],
  ["UPDATE", ["due_date", "priority", "status", "updated_ts"], "changed due date, priority, status"],
  [
    "UPDATE",
    ["due_date", "priority", "status", "title", "updated_ts"],
    "changed due date, priority, status and 1 more",
  ],
] as const)("%s of %j reads as: %3$s", (action, columns, text) => {
  expect(historyText("task", { action, columns: [...columns] })).toBe(text);
});
