import type { Column } from "../../db/entity-type.ts";
import { arrayLiteral } from "./array-literal.ts";
import { itemTexts } from "./json-parts.ts";
import { JsonText } from "./json-text.ts";

/** Digits of a decimal number that survive the way through a JavaScript number. */
const exactDigits = 15;

/** The text of a JSON number if a JavaScript client had it exactly: a safe integer, or at most 15 significant digits. */
function exactNumber(text: string): string | undefined {
  const [digits = ""] = text.replace(/^-/, "").split(/e/i);
  if (/^\d+$/.test(text.replace(/^-/, ""))) return Number.isSafeInteger(Number(text)) ? text : undefined;
  return digits.replace(".", "").replace(/^0+/, "").length <= exactDigits ? text : undefined;
}

/** A number of a body that may have lost digits before it was sent. */
export class InexactNumber extends Error {}

/** The texts of numeric and bigint values, which are strings or numbers, in lists too. */
function numberTexts(elementType: string, json: string): unknown {
  if (json.startsWith("[")) return itemTexts(json).map((item) => numberTexts(elementType, item));
  if (json.startsWith('"') || json === "null") return JSON.parse(json);
  const exact = exactNumber(json);
  if (exact === undefined) throw new InexactNumber(json);
  return elementType === "bigint" ? String(Number(exact)) : exact;
}

/**
 * The value of a column in a validated body, without loss.
 * @param json the text of the value in the body
 * @throws {InexactNumber}
 */
export function valueOfBody(column: Column, value: unknown, json: string): unknown {
  const isList = column.baseType.endsWith("[]");
  const type = isList ? column.baseType.slice(0, -2) : column.baseType;
  if (type === "numeric" || type === "bigint") return numberTexts(type, json);
  if (type !== "json") return value;
  if (!isList) return value === null && !column.notNull ? null : new JsonText(json);
  if (!Array.isArray(value)) return value;
  return itemTexts(json).map((item) => (item === "null" ? null : new JsonText(item)));
}

/** A value of `valueOfBody` as a parameter of a statement. */
export function parameterOf(column: Column, value: unknown): unknown {
  if (value instanceof JsonText) return value.text;
  return Array.isArray(value) ? arrayLiteral(column.baseType.replace(/\[\]$/, ""), value) : value;
}
