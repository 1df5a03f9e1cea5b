import { expect, test } from "vitest";
import { failureOf, fixtureType } from "../testing/fixture-type.ts";
import { JsonText } from "../values/json-text.ts";
import { checkBody } from "./body-validator.ts";

const type = fixtureType();
const id = "0579cec6-eac9-5947-a776-a4573ec7ab66";

test("a full body and a minimal one pass without loss", () => {
  const full = {
    id,
    organization_id: id.toUpperCase(),
    name: "é".repeat(20),
    status: "done",
    count: -1,
    amount: 9999.99,
    done: false,
    due_on: "2028-02-29",
    seen_ts: "2026-01-01T00:00:00.123456+02:00",
    parent_id: null,
    tags: ["a"],
    extra: { any: ["thing", 1, null] },
  };
  const exact = { ...full, amount: "9999.99", extra: new JsonText(JSON.stringify(full.extra)) };
  expect(Object.fromEntries(checkBody(type, "create", full))).toEqual(exact);
  expect([...checkBody(type, "create", { name: "a" })]).toEqual([["name", "a"]]);
  expect([...checkBody(type, "patch", { count: null })]).toEqual([["count", null]]);
});

test("a length counts characters, not UTF-16 units", () => {
  expect(checkBody(type, "create", { name: "\u{1F680}".repeat(20) })).toBeDefined();
  expect(failureOf(() => checkBody(type, "create", { name: "\u{1F680}".repeat(21) })).message).toBe(
    "name must have at most 20 characters.",
  );
});

test.each<["create" | "patch", unknown, string, RegExp]>([
  ["create", {}, "invalid_body", /column name is required/],
  ["create", null, "invalid_body", /must be a JSON object/],
  ["create", [], "invalid_body", /must be a JSON object/],
  ["create", "text", "invalid_body", /must be a JSON object/],
  ["create", undefined, "invalid_body", /must be a JSON object/],
  ["patch", {}, "invalid_body", /must contain at least one column/],
  ["create", { name: "a", nam: "b" }, "unknown_column", /"nam". Did you mean name\?/],
  ["create", { name: "a", secret: "b" }, "unknown_column", /no column "secret"/],
  ["create", { name: "a", bogus: 1 }, "unknown_column", /no column "bogus"\.$/],
  ["create", { name: "a", version: 1 }, "unknown_column", /no column "version"/],
  ["create", { name: "a", $version: 1 }, "unknown_column", /no column "\$version"/],
  ["create", { name: "a", created_ts: "2026-01-01T00:00:00Z" }, "read_only_column", /created_ts/],
  ["create", { name: "a", total: 1 }, "read_only_column", /total/],
  ["patch", { id }, "read_only_column", /id is set by the server or chosen when the row is created/],
  ["patch", { organization_id: id }, "read_only_column", /organization_id/],
  ["create", { name: 5 }, "invalid_body", /name must be of type string/],
  ["create", { name: null }, "invalid_body", /name must be of type string/],
  ["patch", { count: "5" }, "invalid_body", /count must be of type integer or null/],
  ["patch", { count: 1.5 }, "invalid_body", /count must be of type integer/],
  ["patch", { count: 3e9 }, "invalid_body", /count must be <= 2147483647/],
  ["patch", { amount: 10000 }, "invalid_body", /amount must be < 10000/],
  ["patch", { amount: Number.POSITIVE_INFINITY }, "invalid_body", /amount must be/],
  ["patch", { amount: "1,5" }, "invalid_body", /amount must be a number/],
  ["patch", { amount: 0.1234567890123456 }, "invalid_body", /more digits/],
  ["patch", { done: "true" }, "invalid_body", /done must be of type boolean/],
  ["patch", { done: null }, "invalid_body", /done must be of type boolean/],
  ["patch", { status: "closed" }, "invalid_body", /status must be one of open, done\.$/],
  ["patch", { due_on: "2026-02-30" }, "invalid_body", /due_on must be a date/],
  ["patch", { seen_ts: "2026-01-01" }, "invalid_body", /seen_ts must be a date-time/],
  ["patch", { seen_ts: "2026-01-01T00:00:00" }, "invalid_body", /seen_ts must be a date-time/],
  ["patch", { parent_id: "1" }, "invalid_body", /parent_id must be a UUID/],
  ["patch", { name: "a\0" }, "invalid_body", /character that cannot be stored/],
  ["patch", { name: "\ud800" }, "invalid_body", /character that cannot be stored/],
  ["patch", { tags: ["a", 1] }, "invalid_body", /tags\.1 must be of type string/],
  ["patch", { tags: [[[[[[["a"]]]]]]] }, "invalid_body", /tags is nested too deeply/],
  ["patch", { tags: "a" }, "invalid_body", /tags must be an array/],
])("%s %o is refused as %s", (operation, body, code, message) => {
  expect(failureOf(() => checkBody(type, operation, body))).toEqual({ code, message: expect.stringMatching(message) });
});
