import { expect, test } from "vitest";
import { recreation } from "./recreation.ts";

const row = {
  $id: "0b8cbb4e-0000-4000-8000-000000000001",
  $version: 12,
  id: "0b8cbb4e-0000-4000-8000-000000000001",
  organization_id: "0b8cbb4e-0000-4000-8000-000000000002",
  created_ts: "2026-01-01T00:00:00Z",
  updated_ts: "2026-01-02T00:00:00Z",
  title: "Before",
  description: "What it is about",
  status: "todo",
  estimated_hours: "4.50",
  assignee_id: null,
};

test("recreates a row under its id from its last seen values and the open drafts", () => {
  const texts = new Map([
    ["title", "After"],
    ["description", ""],
    ["estimated_hours", "8"],
  ]);
  expect(recreation("task", row, texts)).toEqual({
    ok: true,
    doc: { id: row.$id, title: "After", status: "todo", estimated_hours: "8" },
  });
});

test("rejects an invalid draft with its message", () => {
  expect(recreation("task", row, new Map([["title", " "]]))).toEqual({
    ok: false,
    column: "title",
    message: "Enter a value.",
  });
});
