import { expect, test } from "vitest";
import { failureOf } from "../testing/fixture-type.ts";
import { decodeCursor, encodeCursor, queryFingerprint } from "./page-cursor.ts";

const fingerprint = queryFingerprint(["thing", [["name", false]]]);

test("a cursor carries texts and nulls exactly", () => {
  const values = ["2026-01-01 00:00:00.123456+00", null, 'ü "quoted" \u{1F680}'];
  expect(decodeCursor(fingerprint, 3, encodeCursor(fingerprint, values))).toEqual(values);
  expect(encodeCursor(fingerprint, values)).toMatch(/^[A-Za-z0-9_-]+$/);
});

test("the cursor of another query is refused and says so", () => {
  const other = queryFingerprint(["thing", [["name", true]]]);
  const failure = failureOf(() => decodeCursor(other, 1, encodeCursor(fingerprint, ["a"])));
  expect(failure).toEqual({ code: "invalid_query", message: "cursor belongs to another query." });
});

test("what is no cursor is refused, whatever it is", () => {
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
  for (const text of broken) expect(failureOf(() => decodeCursor(fingerprint, 1, text)).code).toBe("invalid_query");
});
