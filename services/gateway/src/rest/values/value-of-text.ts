import { type ArrayTexts, parseArray } from "./array-literal.ts";
import { JsonText } from "./json-text.ts";

/*
 * Values of documents. PostgreSQL's text of a value under the settings of the pool's sessions is exact for every type; it
 * becomes another JSON value only where that loses nothing. In particular bigint and numeric stay text: a JSON number has
 * lost digits beyond 2^53 and the scale (1.50) when JavaScript has read it.
 */

/** Numbers that JSON does not have. */
function floatOf(text: string): number | string {
  const value = Number(text);
  return Number.isFinite(value) && !Object.is(value, -0) ? value : text;
}

/** The form of a session in UTC becomes ISO 8601. Years beyond 9999 or BC and infinities keep PostgreSQL's form. */
function isoTimestamp(text: string): string {
  const usual = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?\+00$/.test(text);
  return usual ? `${text.slice(0, 10)}T${text.slice(11, -3)}Z` : text;
}

const conversions: Readonly<Record<string, (text: string) => unknown>> = {
  int: Number,
  float: floatOf,
  boolean: (text) => text === "t",
  timestamptz: isoTimestamp,
  json: (text) => new JsonText(text),
};

/** The JSON value of a column from its text. */
export function valueOfText(baseType: string, text: string | null): unknown {
  if (text === null) return null;
  if (!baseType.endsWith("[]")) return conversions[baseType]?.(text) ?? text;
  const elementType = baseType.slice(0, -2);
  const elements = parseArray(elementType, text);
  // Bounds other than 1 have no form in JSON. In an array of JSON a nested list may be a value or a dimension, and a null
  // may be JSON's or SQL's.
  if (!elements || (elementType === "json" && !elements.every(isPlainJson))) return text;
  return elementsOf(elementType, elements);
}

function isPlainJson(text: string | null | ArrayTexts): boolean {
  return text === null || (typeof text === "string" && text.trim() !== "null");
}

function elementsOf(elementType: string, elements: ArrayTexts): unknown[] {
  return elements.map((element) =>
    typeof element === "object" && element !== null
      ? elementsOf(elementType, element)
      : valueOfText(elementType, element),
  );
}
