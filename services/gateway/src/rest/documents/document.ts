import type { Column, EntityType } from "../../db/entity-type.ts";
import { quoteIdentifier } from "../../db/quote-identifier.ts";
import { documentFields } from "../../rest/entity/document-fields.ts";

/** A row as JSON: its id and version, then its columns. It has no prototype, so a column may be called `__proto__`. */
export interface Document {
  readonly $id: string;
  readonly $version: number;
  readonly [field: string]: unknown;
}

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
    const fields = documentFields(type);
    cached = {
      names: ["$id", "$version", ...fields.keys()],
      expressions: [type.keyText, quoteIdentifier(type.versionColumn), ...[...fields.values()].map(expression)],
    };
    selectLists.set(type, cached);
  }
  return cached;
}

/** The select list of a document: id, version, then every column of documents in table order. */
export function selectList(type: EntityType): readonly string[] {
  return selectListOf(type).expressions;
}

/** Builds a document from the values of `selectList`; further values are ignored. */
export function toDocument(type: EntityType, values: readonly unknown[]): Document {
  const document: Record<string, unknown> = Object.create(null);
  for (const [index, name] of selectListOf(type).names.entries()) document[name] = values[index] ?? null;
  return document as Document;
}
