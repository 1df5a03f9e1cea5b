import { numberInput, parseDecimal } from "../format/number.ts";
import type { Column } from "./catalog.ts";
import { isLongText } from "./catalog.ts";

type Parsed = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly message: string };

const numeric = new Set(["int", "bigint", "numeric", "float"]);
const whole = new Set(["int", "bigint"]);
const exact = new Set(["bigint", "numeric"]);

/** Local wall time in the format of `datetime-local` inputs. */
function localMoment(iso: string): string {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return "";
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** Formats a column value as the text of its input element. */
export function toInput(column: Column, value: unknown): string {
  if (value === null || value === undefined) return "";
  if (column.baseType === "timestamptz") return localMoment(String(value));
  if (column.baseType === "boolean") return value === true ? "true" : "false";
  if (numeric.has(column.baseType)) return numberInput(value);
  return String(value);
}

function numberOf(column: Column, text: string): Parsed {
  const value = parseDecimal(text);
  if (value === undefined) return { ok: false, message: "Enter a number." };
  if (whole.has(column.baseType) && !/^-?\d+$/.test(value)) return { ok: false, message: "Enter a whole number." };
  // bigint and numeric travel as text, so that no digit is lost.
  return { ok: true, value: exact.has(column.baseType) ? value : Number(value) };
}

/** Parses the text of an input element into a value for the API, or returns a message for the user. */
export function fromInput(column: Column, text: string): Parsed {
  const trimmed = isLongText(column) ? text : text.trim();
  if (trimmed.trim() === "") {
    return column.notNull ? { ok: false, message: "Enter a value." } : { ok: true, value: null };
  }
  if (column.maxLength !== null && trimmed.length > column.maxLength) {
    return { ok: false, message: `Enter at most ${column.maxLength} characters.` };
  }
  if (column.baseType === "boolean") return { ok: true, value: trimmed === "true" };
  if (numeric.has(column.baseType)) return numberOf(column, trimmed);
  if (column.baseType === "timestamptz") {
    const date = new Date(trimmed);
    return Number.isNaN(date.getTime())
      ? { ok: false, message: "Enter a date and time." }
      : { ok: true, value: date.toISOString() };
  }
  return { ok: true, value: trimmed };
}

/** A decimal number without zeros at its end: 12.50 and 12.5 are equal. */
function scaled(text: string): string {
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}

/**
 * Whether two values of a column are equal to the user. Moments are compared to the minute, the precision of their
 * input element: opening and closing an editor must not count as a change.
 */
export function sameValue(column: Column, a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (exact.has(column.baseType) && typeof a === "string" && typeof b === "string") return scaled(a) === scaled(b);
  return toInput(column, a) === toInput(column, b);
}
