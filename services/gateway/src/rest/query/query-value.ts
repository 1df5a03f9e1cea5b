import { canonicalUuid } from "@heliograph/shared/uuid";
import type { Column } from "../../db/entity-type.ts";
import { patterns } from "../values/patterns.ts";

/** A value in the form that PostgreSQL reads, or what was expected instead. */
type Parsed = { readonly value: string } | { readonly problem: string };

const int4 = { min: -(2n ** 31n), max: 2n ** 31n - 1n };
const int8 = { min: -(2n ** 63n), max: 2n ** 63n - 1n };
/** Digits of a numeric column without a precision, with sign and point, that an address can carry. */
const maxNumberLength = 2000;
/** Dates and times that ISO 8601 does not have, in PostgreSQL's form. */
const farTime = new RegExp(patterns.farTime);
const timestamp = /^(\d{4}-\d\d-\d\d)([T ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d(:?\d\d)?)?)?$/i;

function isDate(text: string): boolean {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return false;
  const time = Date.parse(`${text}T00:00:00Z`);
  // The round trip rejects 30 February, which Date.parse may read as 2 March. PostgreSQL has no year 0.
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text) && !text.startsWith("0000");
}

function parseInteger(text: string, { min, max }: { min: bigint; max: bigint }): Parsed {
  // The length is checked first, because BigInt of a megabyte of digits would take seconds.
  const ok = /^-?\d{1,20}$/.test(text) && BigInt(text) >= min && BigInt(text) <= max;
  return ok ? { value: text } : { problem: `a whole number from ${min} to ${max}` };
}

const parsers: Readonly<Record<string, (text: string) => Parsed>> = {
  uuid: (text) => {
    const value = canonicalUuid(text);
    return value === undefined ? { problem: "a UUID" } : { value };
  },
  int: (text) => parseInteger(text, int4),
  bigint: (text) => parseInteger(text, int8),
  numeric: parseNumber,
  float: parseNumber,
  boolean: (text) => (text === "true" || text === "false" ? { value: text } : { problem: "true or false" }),
  date: (text) => (isDate(text) || farTime.test(text) ? { value: text } : { problem: "a date such as 2026-01-31" }),
  timestamptz: (text) => {
    if (farTime.test(text)) return { value: text };
    // An unescaped "+" arrives as a space.
    const repaired = text.replace(/ (\d\d:?\d\d)$/, (_, offset: string) =>
      text.length > 16 ? `+${offset}` : ` ${offset}`,
    );
    const match = timestamp.exec(repaired);
    return match?.[1] !== undefined && isDate(match[1])
      ? { value: repaired }
      : { problem: "a time such as 2026-01-31T12:00:00Z" };
  },
};

function parseNumber(text: string): Parsed {
  const ok = text.length <= maxNumberLength && /^(-?\d+(\.\d+)?([eE][+-]?\d{1,3})?|NaN|-?Infinity)$/.test(text);
  return ok ? { value: text } : { problem: "a number" };
}

/** Parses the text of a filter as a value of the column, or of its elements if it is an array. */
export function parseQueryValue(column: Column, text: string): Parsed {
  if (text.includes("\0")) return { problem: "a text without the character NUL" };
  const baseType = column.baseType.replace(/\[\]$/, "");
  if (baseType === "enum") {
    const known = column.enumValues ?? [];
    return known.includes(text) ? { value: text } : { problem: `one of ${known.join(", ")}` };
  }
  return parsers[baseType]?.(text) ?? { value: text };
}
