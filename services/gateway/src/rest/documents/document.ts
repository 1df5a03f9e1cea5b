import type { Column, EntityType } from "../../db/entity-type.ts";
import { quoteIdentifier } from "../../db/quote-identifier.ts";
import { documentFields } from "../../rest/entity/document-fields.ts";
import { valueOfText } from "../values/value-of-text.ts";

/** A row as JSON: its id and version, then its columns. It has no prototype, so a column may be called `__proto__`. */
export interface Document {
  readonly $id: string;
  readonly $version: number;
  readonly [field: string]: unknown;
}

/** Kinds of columns whose text may be ambiguous, as overloaded functions have one name. The object id is exact. */
const namedByOid: ReadonlySet<string> = new Set(["regproc", "regoper"]);

function expression(column: Column): string {
  const name = quoteIdentifier(column.name);
  return namedByOid.has(column.baseType) ? `${name}::oid` : name;
}

interface SelectList {
  readonly names: readonly string[];
  readonly columns: readonly Column[];
  readonly expressions: readonly string[];
}
const selectLists = new WeakMap<EntityType, SelectList>();

function selectListOf(type: EntityType): SelectList {
  let cached = selectLists.get(type);
  if (!cached) {
    const fields = documentFields(type);
    cached = {
      names: [...fields.keys()],
      columns: [...fields.values()],
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

/** Builds a document from the texts of `selectList`; further texts are ignored. */
export function toDocument(type: EntityType, texts: readonly (string | null)[]): Document {
  const document: Record<string, unknown> = Object.create(null);
  document["$id"] = texts[0] ?? "";
  document["$version"] = Number(texts[1]);
  const { names, columns } = selectListOf(type);
  for (const [index, name] of names.entries())
    document[name] = valueOfText(columns[index]?.baseType ?? "text", texts[index + 2] ?? null);
  return document as Document;
}
