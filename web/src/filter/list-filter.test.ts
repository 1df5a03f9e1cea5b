import { expect, test } from "vitest";
import { column } from "../catalog/catalog.ts";
import { conditionOf, filterableColumns, filterKind, filterText, readFilters, toFilter } from "./list-filter.ts";

function filterOn(name: string, text: string) {
  const entry = column("task", name);
  const kind = entry && filterKind(entry);
  if (!entry || !kind) throw new Error(`task.${name} cannot be filtered`);
  return { column: entry, kind, text };
}

test("offers columns that are meaningful to users, and none that only the sync uses", () => {
  const names = filterableColumns("task").map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(["priority", "project_id", "assignee_id", "due_on", "is_private"]));
  for (const hidden of ["id", "version", "organization_id", "title", "description", "status"]) {
    expect(names).not.toContain(hidden);
  }
});

test("turns filter texts into API conditions by the type of the column", () => {
  const id = "457e9a57-7962-57ba-8e95-598e05342e15";
  expect(conditionOf(filterOn("priority", "high,urgent"))).toEqual({ in: ["high", "urgent"] });
  expect(conditionOf(filterOn("assignee_id", id))).toBe(id);
  expect(conditionOf(filterOn("assignee_id", "none"))).toEqual({ null: true });
  expect(conditionOf(filterOn("is_private", "true"))).toBe(true);
  expect(conditionOf(filterOn("due_on", "2026-01-01..2026-01-31"))).toEqual({ gte: "2026-01-01", lte: "2026-01-31" });
  expect(conditionOf(filterOn("estimated_hours", "2.."))).toEqual({ gte: 2 });
});

test("a range of days over a timestamp column includes the whole last day", () => {
  const condition = conditionOf(filterOn("updated_ts", "2026-03-01..2026-03-01"));
  if (typeof condition !== "object") throw new Error("expected a condition with two bounds");
  const { gte, lt } = condition;
  const hours = (new Date(String(lt)).getTime() - new Date(String(gte)).getTime()) / 3_600_000;
  expect(hours).toBe(24);
});

test("ignores unknown and invalid URL parameters instead of sending them to the server", () => {
  const params = new URLSearchParams({
    priority: "burning",
    assignee_id: "'; drop table",
    due_on: "tomorrow..",
    colour: "red",
    estimated_hours: "2..8",
  });
  const filters = readFilters("task", params);
  expect(filters.map(({ column: entry }) => entry.name)).toEqual(["estimated_hours"]);
  expect(toFilter("task", "no such status", filters)).toEqual({ estimated_hours: { gte: 2, lte: 8 } });
  expect(toFilter("task", "todo", [])).toEqual({ status: "todo" });
});

test("formats a filter as text", () => {
  expect(filterText(filterOn("priority", "high,urgent"))).toBe("High, Urgent");
  expect(filterText(filterOn("estimated_hours", "2..8"))).toBe("2 – 8");
  expect(filterText(filterOn("estimated_hours", "..8"))).toBe("up to 8");
  expect(filterText(filterOn("is_private", "false"))).toBe("No");
});
