import { expect, test } from "vitest";
import { failureOf } from "../testing/fixture-type.ts";
import { parseIfMatch } from "./if-match.ts";

test("a version may be quoted; an absent header and * allow any version", () => {
  expect(parseIfMatch("1795398146383703")).toBe(1795398146383703);
  expect(parseIfMatch('"1795398146383703"')).toBe(1795398146383703);
  expect(parseIfMatch(undefined)).toBeUndefined();
  expect(parseIfMatch("*")).toBeUndefined();
});

test.each(["", "abc", '"1', '1"', 'W/"1"', "1, 2", "-1", "1.5", "99999999999999999", "9999999999999999"])(
  "%o is refused",
  (header) => {
    expect(failureOf(() => parseIfMatch(header)).code).toBe("invalid_header");
  },
);
