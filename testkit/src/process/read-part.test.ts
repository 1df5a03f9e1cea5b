import { expect, test } from "vitest";
import { itemsOfPart, readPart } from "./read-part.ts";

test("the parts of a list contain each item once", () => {
  const items = Array.from({ length: 10 }, (_, index) => index);
  const parts = [1, 2, 3].flatMap((index) => itemsOfPart(items, { index, of: 3 }));
  expect(parts.toSorted((a, b) => a - b)).toEqual(items);
});

test.each(["0/3", "4/3", "1", "1/0", "a/b", "1/3/5"])("rejects %s", (text) => {
  expect(() => readPart(text)).toThrow("--part must be K/N");
});
