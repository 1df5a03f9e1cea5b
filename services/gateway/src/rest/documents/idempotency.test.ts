import { expect, test } from "vitest";
import { failureOf, fixtureType } from "../testing/fixture-type.ts";
import { parseIdempotencyKey, requestHash } from "./idempotency.ts";

const type = fixtureType();

test("the order of columns does not change the hash of a request, anything else does", () => {
  const hash = requestHash("POST", type, undefined, { a: 1, b: { c: 2, d: [1, 2] } });
  expect(requestHash("POST", type, undefined, { b: { d: [1, 2], c: 2 }, a: 1 })).toEqual(hash);
  const others = [
    requestHash("POST", type, undefined, { a: 1, b: { c: 2, d: [2, 1] } }),
    requestHash("PATCH", type, undefined, { a: 1, b: { c: 2, d: [1, 2] } }),
    requestHash("POST", type, "x", { a: 1, b: { c: 2, d: [1, 2] } }),
    requestHash("POST", fixtureType({ code: "other" }), undefined, { a: 1, b: { c: 2, d: [1, 2] } }),
    requestHash("POST", type, undefined, { a: null, b: { c: 2, d: [1, 2] } }),
  ];
  for (const other of others) expect(other).not.toEqual(hash);
});

test("a key is visible ASCII of at most 200 characters", () => {
  expect(parseIdempotencyKey(undefined)).toBeUndefined();
  expect(parseIdempotencyKey("a-1")).toBe("a-1");
  for (const bad of ["", "a b", "é", "x".repeat(201), ["a", "b"]])
    expect(failureOf(() => parseIdempotencyKey(bad)).code).toBe("invalid_header");
});
