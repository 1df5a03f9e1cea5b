import { expect, test } from "vitest";
import { today } from "./date.ts";
import { humanize, initials, pluralLabel } from "./humanize.ts";
import { relativeTime } from "./relative-time.ts";

test.each([
  ["account_manager_id", "Account manager"],
  ["in_progress", "In progress"],
  ["due_on", "Due"],
  ["is_private", "Private"],
  ["vat_number", "VAT number"],
  ["issued_on", "Issued"],
  ["admin", "Administrator"],
])("%s is shown as %s", (name, text) => {
  expect(humanize(name)).toBe(text);
});

test.each([
  ["opportunity", "Opportunity", "Opportunities"],
  ["project", "Project", "Projects"],
  ["purchase_order", "Purchase order", "Purchase orders"],
  ["person", "Person", "People"],
])("the plural of %s is %s -> %s", (entityCode, label, plural) => {
  expect(pluralLabel(entityCode, label)).toBe(plural);
});

test.each([
  ["Ada Maria Lovelace", "AL"],
  ["plato", "P"],
  ["", "?"],
])("the initials of %j are %s", (name, expected) => {
  expect(initials(name)).toBe(expected);
});

test("a moment less than 45 seconds away is just now, also in the future because of clock skew", () => {
  expect(relativeTime(1_000_000, 1_020_000)).toBe("just now");
  expect(relativeTime(1_020_000, 1_000_000)).toBe("just now");
});

test("older moments are shown in their largest unit", () => {
  expect(relativeTime(0, 3 * 3_600_000)).toBe("3 hours ago");
  expect(relativeTime(0, 86_400_000)).toBe("yesterday");
});

test("today is the day in the user's time zone, not in UTC", () => {
  const moment = new Date(2026, 1, 3, 0, 30);
  expect(today(moment)).toBe("2026-02-03");
});
