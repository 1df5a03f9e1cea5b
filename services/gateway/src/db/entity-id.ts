import { must } from "@heliograph/shared/must";
import { canonicalUuid } from "@heliograph/shared/uuid";
import type { Column, EntityType } from "./entity-type.ts";
import { quoteIdentifier } from "./quote-identifier.ts";
import type { StatementParameters } from "./statement-parameters.ts";

/*
 * An entity id is the canonical text of a row's key: PostgreSQL's text of the key column, or the JSON array of the texts if
 * the key has several columns. Nothing else in the gateway knows the type of a key. A text that is no canonical id of the type
 * names no row, as does a valid id of a missing row.
 */

/** The columns of the key, in key order. */
export function keyColumns(type: EntityType): readonly Column[] {
  return type.keyColumns.map((name) =>
    must(
      type.columns.find((column) => column.name === name),
      `the key column ${name} of ${type.code}`,
    ),
  );
}

export function isKeyColumn(type: EntityType, name: string): boolean {
  return type.keyColumns.includes(name);
}

const daysOfMonths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const;

/** Whether PostgreSQL prints a date in this way. */
function isCanonicalDate(text: string): boolean {
  if (text === "infinity" || text === "-infinity") return true;
  const match = /^(\d{4}|[1-9]\d{4,6})-(\d\d)-(\d\d)( BC)?$/.exec(text);
  if (!match) return false;
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  if (year < 1 || year > (match[4] ? 4713 : 5_874_896)) return false;
  // The year before 1 is 1 BC, which is a leap year.
  const counted = match[4] ? 1 - year : year;
  const leap = counted % 4 === 0 && (counted % 100 !== 0 || counted % 400 === 0);
  const days = month === 2 && leap ? 29 : daysOfMonths[month - 1];
  return days !== undefined && day >= 1 && day <= days;
}

const integer = /^(?:0|-?[1-9]\d{0,18})$/;
const decimal = /^(?!-0$)-?(?:0|[1-9]\d*)(?:\.\d*[1-9])?$/;

/** Kinds of keys for which equal values have equal canonical texts, with the check of the text. */
const exactTypes: Readonly<Record<string, (text: string, column: Column) => boolean>> = {
  uuid: (text) => canonicalUuid(text) === text,
  int: isInteger,
  bigint: isInteger,
  numeric: (text) => decimal.test(text) || text === "NaN" || text === "Infinity" || text === "-Infinity",
  boolean: (text) => text === "true" || text === "false",
  date: isCanonicalDate,
  enum: (text, column) => column.enumValues?.includes(text) === true,
};

function isInteger(text: string): boolean {
  return integer.test(text) && BigInt.asIntN(64, BigInt(text)) === BigInt(text);
}

/** Types that every text is a value of, and in which texts that differ can be equal: char, citext, some collations. */
const textTypes: ReadonlySet<string> = new Set(["text", "citext"]);

function isStorable(text: string): boolean {
  return !text.includes("\0") && text.isWellFormed();
}

/** The text of one key column in canonical form; undefined if no value of the column has this text. */
function canonicalPart(column: Column, text: string): string | undefined {
  const candidate = column.baseType === "uuid" ? text.toLowerCase() : text;
  const check = exactTypes[column.baseType] ?? isStorable;
  return check(candidate, column) ? candidate : undefined;
}

/** The texts of the key columns; undefined if the text is no canonical id of the type. */
function partsOf(type: EntityType, id: string): readonly string[] | undefined {
  const columns = keyColumns(type);
  const texts = columns.length === 1 ? [id] : parseComposite(id);
  if (texts?.length !== columns.length) return undefined;
  const parts = columns.map((column, index) => canonicalPart(column, texts[index] ?? ""));
  return parts.every((part) => part !== undefined) ? parts : undefined;
}

function parseComposite(id: string): readonly string[] | undefined {
  try {
    const value: unknown = JSON.parse(id);
    const ok = Array.isArray(value) && value.every((part) => typeof part === "string") && JSON.stringify(value) === id;
    return ok ? value : undefined;
  } catch {
    return undefined;
  }
}

const idOfParts = (parts: readonly string[]): string => (parts.length === 1 ? (parts[0] ?? "") : JSON.stringify(parts));

/** The id as answers spell it. Only a UUID has a second spelling, in upper case; any other text is returned unchanged. */
export function canonicalId(type: EntityType, id: string): string {
  const parts = partsOf(type, id);
  return parts ? idOfParts(parts) : id;
}

/** The id that a body of columns chooses for its row; undefined if the database chooses a part of it. */
export function idOfBody(type: EntityType, body: ReadonlyMap<string, unknown>): string | undefined {
  const parts = keyColumns(type).map(({ name }) => body.get(name));
  return parts.every((part) => typeof part === "string" || typeof part === "number" || typeof part === "boolean")
    ? canonicalId(type, idOfParts(parts.map(String)))
    : undefined;
}

/** The condition for rows with these ids. It can use the index of the key. */
export function keyCondition(type: EntityType, ids: readonly string[], parameters: StatementParameters): string {
  const keys = ids.map((id) => partsOf(type, id)).filter((parts) => parts !== undefined);
  if (keys.length === 0) return "false";
  const columns = keyColumns(type);
  const [column] = columns;
  const comparands = columns.map((one, at) => comparand(one, type.keyTexts[at] ?? ""));
  const matches =
    columns.length === 1 && column
      ? `${comparands[0]} = any(${parameters.add(keys.map(([part]) => part))}${castOf(column, "[]")})`
      : `(${comparands.join(", ")}) in (${keys
          .map((parts) => `(${parts.map((part, at) => parameters.add(part) + castOf(columns[at], "")).join(", ")})`)
          .join(", ")})`;
  if (columns.every(({ baseType }) => exactTypes[baseType])) return matches;
  return `${matches} and (${type.keyText}) collate "C" = any(${parameters.add(keys.map(idOfParts))}::text[])`;
}

/** What a part is compared with: the column, or its text if not every storable text is a value of its type. */
function comparand(column: Column, text: string): string {
  return exactTypes[column.baseType] || textTypes.has(column.baseType) ? quoteIdentifier(column.name) : text;
}

/** Integers are compared as bigint, because a smallint parameter would refuse 70000 instead of finding no row. */
function castOf(column: Column | undefined, suffix: "" | "[]"): string {
  const wide = column?.baseType === "int" || column?.baseType === "bigint";
  return wide ? `::bigint${suffix}` : "";
}
