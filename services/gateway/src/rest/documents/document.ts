import { type Column, type EntityType, readableColumns } from "../../db/entity-type.ts";
import { quoteIdentifier } from "../../db/quote-identifier.ts";

/** A row as JSON. */
export type Document = Record<string, unknown>;

/** Types whose driver values are valid JSON values. */
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
  // PostgreSQL renders other types (intervals, arrays of enums, …) as JSON.
  return plainTypes.has(column.baseType) ? name : `to_json(${name})`;
}

type SelectList = { readonly names: readonly string[]; readonly expressions: readonly string[] };
const selectLists = new WeakMap<EntityType, SelectList>();

function selectListOf(type: EntityType): SelectList {
  let cached = selectLists.get(type);
  if (!cached) {
    const columns = [...readableColumns(type).values()];
    cached = { names: columns.map(({ name }) => name), expressions: columns.map(expression) };
    selectLists.set(type, cached);
  }
  return cached;
}

/** The select list of a document: every readable column by name, in table order. */
export function selectList(type: EntityType): readonly string[] {
  return selectListOf(type).expressions;
}

/** Builds a document from the values of `selectList`; further values are ignored. */
export function toDocument(type: EntityType, values: readonly unknown[]): Document {
  const document: Document = {};
  for (const [index, name] of selectListOf(type).names.entries()) document[name] = values[index] ?? null;
  return document;
}
