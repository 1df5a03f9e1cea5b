import { expect, test } from "vitest";
import { nearestName } from "./nearest-name.ts";

const known = ["status", "due_on", "project_id", "title", "description"];

test.each([
  ["staus", "status"],
  ["Status", "status"],
  ["due", undefined],
  ["dueon", "due_on"],
  ["projectId", "project_id"],
  ["titel", "title"],
  ["bogus", undefined],
  ["", undefined],
  ["x".repeat(10_000), undefined],
])("%s -> %s", (wrong, near) => {
  expect(nearestName(wrong, known)).toBe(near);
});
