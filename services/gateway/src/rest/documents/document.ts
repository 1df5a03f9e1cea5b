import { type Column, type EntityType, readableColumns } from "../../db/entity-type.ts";
import { quoteIdentifier } from "../../db/quote-identifier.ts";

/** A row as answers show it. */
export type Document = Record<string, unknown>;

/** Types that the connection's parsers turn into what JSON needs. */
const plainTypes: ReadonlySet<string> = new Set([
  "uuid",
  "text",
  "int",
  "bigint",
  "numeric",
  "float",
  "boolean",
  "date",
  "timestamptz",
  "json",
  "enum",
  "uuid[]",
  "text[]",
  "int[]",
]);

function expression(column: Column): string {
  const name = quoteIdentifier(column.name);
  // Other types (intervals, arrays of enumerations, …) in PostgreSQL's own JSON form.
  return plainTypes.has(column.baseType) ? name : `to_json(${name})`;
}

type Reading = { readonly names: readonly string[]; readonly expressions: readonly string[] };
const readings = new WeakMap<EntityType, Reading>();

function readingOf(type: EntityType): Reading {
  let reading = readings.get(type);
  if (!reading) {
    const columns = [...readableColumns(type).values()];
    reading = { names: columns.map(({ name }) => name), expressions: columns.map(expression) };
    readings.set(type, reading);
  }
  return reading;
}

/** The select list of a document: every readable column by name, in table order. Never `*`. */
export function selectList(type: EntityType): readonly string[] {
  return readingOf(type).expressions;
}

/** A document from the values of `selectList`. Values beyond it are ignored. */
export function toDocument(type: EntityType, values: readonly unknown[]): Document {
  const document: Document = {};
  for (const [index, name] of readingOf(type).names.entries()) document[name] = values[index] ?? null;
  return document;
}
