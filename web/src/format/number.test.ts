import { expect, test } from "vitest";
import { formatPercent, numberInput, parseNumber } from "./number.ts";

test.each([
  ["en-US", "157,500", 157_500],
  ["en-US", "1,234,567.89", 1_234_567.89],
  ["en-US", "157500.5", 157_500.5],
  ["en-US", "0,5", 0.5],
  ["en-US", "12,34", 12.34],
  ["en-US", "1.234", 1.234],
  ["de-DE", "157.500", 157_500],
  ["de-DE", "1.234.567,89", 1_234_567.89],
  ["de-DE", "157500,5", 157_500.5],
  ["de-DE", "157500.5", 157_500.5],
  ["de-DE", "1,234", 1.234],
  ["de-CH", "1\u2019234.5", 1_234.5],
  ["fr-FR", "1 234,5", 1_234.5],
  ["fr-FR", "-7", -7],
])("in %s, %s is parsed as %d", (locale, text, value) => {
  expect(parseNumber(text, locale)).toBe(value);
});

test.each([
  [0, "0%"],
  [12.5, "12.5%"],
  [100, "100%"],
])("%d percent is shown as %s", (value, text) => {
  expect(formatPercent(value).replace(/\s/, "").replace(",", ".")).toBe(text);
});

test.each(["", "-", ".", "abc", "1e5", "0x10", "1,2,3", "12,34.5", "1.2.3,4", "Infinity"])(
  "%j is not a number",
  (text) => {
    expect(parseNumber(text, "en-US")).toBeUndefined();
  },
);

test.each(["en-US", "de-DE", "fr-FR", "sv-SE"])(
  "in %s, the text of a number input parses back to the same number",
  (locale) => {
    for (const value of [0, 0.25, 1.234, 157_500, 157_500.5, -3.75, 1_234_567.891])
      expect(parseNumber(numberInput(value, locale), locale)).toBe(value);
  },
);
