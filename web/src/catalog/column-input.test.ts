import { expect, test } from "vitest";
import type { Column } from "./catalog.ts";
import { fromInput, sameValue, toInput } from "./column-input.ts";

function columnOf(baseType: string, changes: Partial<Column> = {}): Column {
  const empty = { enumValues: null, references: null, maxLength: 200, comment: null };
  return { name: "x", baseType, notNull: false, hasDefault: false, generated: false, ...empty, ...changes };
}

const values: readonly (readonly [baseType: string, value: unknown])[] = [
  ["text", "abc"],
  ["int", 42],
  ["float", 12.5],
  ["numeric", "12.50"],
  ["numeric", "12345678901234567890.10"],
  ["bigint", "9007199254740993"],
  ["boolean", true],
  ["boolean", false],
  ["date", "2026-02-28"],
  ["timestamptz", "2026-02-28T11:45:00.000Z"],
  ["text", null],
];

test.each(values)("%s %s survives the round trip through its input element", (baseType, value) => {
  const column = columnOf(baseType);
  expect(fromInput(column, toInput(column, value))).toEqual({ ok: true, value });
});

const refused: readonly (readonly [Column, string, RegExp])[] = [
  [columnOf("int"), "1.5", /whole number/],
  [columnOf("numeric"), "a lot", /number/],
  [columnOf("bigint"), "1.5", /whole number/],
  [columnOf("text", { notNull: true }), "   ", /Enter a value/],
  [columnOf("text", { maxLength: 3 }), "abcd", /3 characters/],
  [columnOf("timestamptz"), "soon", /date and time/],
];

test.each(refused)("%o rejects %s with a readable message", (column, text, message) => {
  const parsed = fromInput(column, text);
  expect(parsed).toMatchObject({ ok: false, message: expect.stringMatching(message) });
});

test("a decimal comma is read as a decimal point", () => {
  expect(fromInput(columnOf("numeric"), "12,5")).toEqual({ ok: true, value: "12.5" });
});

test("numbers that differ only in zeros at the end count as equal", () => {
  const column = columnOf("numeric");
  expect(sameValue(column, "12.50", "12.5")).toBe(true);
  expect(sameValue(column, "100", "1")).toBe(false);
  expect(sameValue(column, "9007199254740993", "9007199254740992")).toBe(false);
});

test("moments that differ only in seconds, which the input cannot show, count as equal", () => {
  const column = columnOf("timestamptz");
  expect(sameValue(column, "2026-02-28T11:45:00Z", "2026-02-28T11:45:31.123Z")).toBe(true);
  expect(sameValue(column, "2026-02-28T11:45:00Z", "2026-02-28T11:46:00Z")).toBe(false);
});
