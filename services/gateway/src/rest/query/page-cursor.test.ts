import { expect, test } from "vitest";
import { failureOf } from "../testing/fixture-type.ts";
import { decodePageCursor, encodePageCursor, queryFingerprint } from "./page-cursor.ts";

const fingerprint = queryFingerprint(["thing", [["name", false]]]);

test("a cursor preserves texts and nulls", () => {
  const values = ["2026-01-01 00:00:00.123456+00", null, 'ü "quoted" \u{1F680}'];
  expect(decodePageCursor(fingerprint, 3, encodePageCursor(fingerprint, values))).toEqual(values);
  expect(encodePageCursor(fingerprint, values)).toMatch(/^[A-Za-z0-9_-]+$/);
});

test("a cursor of another query is refused with that reason", () => {
  const other = queryFingerprint(["thing", [["name", true]]]);
  const failure = failureOf(() => decodePageCursor(other, 1, encodePageCursor(fingerprint, ["a"])));
  expect(failure).toEqual({ code: "invalid_query", message: "cursor belongs to another query." });
});

test("any text that is not a cursor is refused", () => {
  const broken = [
    "",
    "%",
    "abc",
    Buffer.from("{}").toString("base64url"),
    Buffer.from("[]").toString("base64url"),
    Buffer.from(JSON.stringify([fingerprint])).toString("base64url"),
    Buffer.from(JSON.stringify([fingerprint, 1])).toString("base64url"),
    Buffer.from(JSON.stringify([fingerprint, { a: 1 }])).toString("base64url"),
    Buffer.from(JSON.stringify([fingerprint, "a\0"])).toString("base64url"),
    Buffer.from(JSON.stringify([fingerprint, "a", "b"])).toString("base64url"),
    Buffer.from("[".repeat(50_000)).toString("base64url"),
  ];
  for (const text of broken) expect(failureOf(() => decodePageCursor(fingerprint, 1, text)).code).toBe("invalid_query");
});
