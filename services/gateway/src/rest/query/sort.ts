import { keyColumns } from "../../db/entity-id.ts";
import type { Column, EntityType } from "../../db/entity-type.ts";
import { quoteIdentifier } from "../../db/quote-identifier.ts";
import type { StatementParameters } from "../../db/statement-parameters.ts";
import { documentFields } from "../../rest/entity/document-fields.ts";
import { RestError } from "../errors/rest-error.ts";
import { unknownColumn } from "../errors/unknown-column.ts";
import { isNameOfObject } from "./filter.ts";
import type { PageCursorValues } from "./page-cursor.ts";
import { decodeListValue } from "./split-list.ts";

export interface SortTerm {
  readonly column: Column;
  readonly descending: boolean;
}

/** Maximum sort columns, which bounds the size of the keyset condition. */
const maxSortColumns = 5;

/**
 * Parses a sort such as `-updated_ts,name`. The key is appended unless it is named, because rows with equal values would
 * otherwise be skipped or repeated between pages. It has the direction of the last column, so that one index can serve all.
 * A column name with a comma, a percent sign or a leading minus is percent-encoded inside the list.
 * @throws {RestError} invalid_query, unknown_column
 */
export function parseSort(type: EntityType, text: string | undefined): readonly SortTerm[] {
  const fields = documentFields(type);
  const terms: SortTerm[] = [];
  for (const word of text === undefined ? [] : text.split(",")) {
    const descending = word.startsWith("-");
    const name = decodeListValue("sort", descending ? word.slice(1) : word);
    const column = fields.get(name);
    if (!column) throw unknownColumn(type, name);
    if (!column.sortable)
      throw new RestError("invalid_query", { message: `${name} is of type ${column.type}, which has no order.` });
    if (terms.some((term) => term.column === column))
      throw new RestError("invalid_query", { message: `sort names ${name} twice.` });
    terms.push({ column, descending });
  }
  if (terms.length > maxSortColumns)
    throw new RestError("invalid_query", { message: `sort names more than ${maxSortColumns} columns.` });
  const descending = terms.at(-1)?.descending ?? false;
  for (const column of keyColumns(type))
    if (!terms.some((term) => term.column === column)) terms.push({ column, descending });
  return terms;
}

/** Alias of the table in the statement of a page: a bare name in ORDER BY would refer to the select list. */
export const pageAlias = "entity";

/** Renders ORDER BY. Nulls stay where PostgreSQL puts them (last ascending, first descending), as in ordinary indexes. */
export function orderBy(terms: readonly SortTerm[]): string {
  return terms
    .map(({ column, descending }) => `${pageAlias}.${quoteIdentifier(column.name)}${descending ? " desc" : ""}`)
    .join(", ");
}

/** Expressions for the values of a page cursor, as text. It is exact for every type but names of objects, which have a number too. */
export function pageCursorExpressions(terms: readonly SortTerm[]): string[] {
  return terms.map(
    ({ column: { name, baseType } }) => `${quoteIdentifier(name)}${isNameOfObject(baseType) ? "::oid" : ""}::text`,
  );
}

/** The condition for rows after the page cursor in the order of the terms. */
export function afterPageCursor(
  terms: readonly SortTerm[],
  values: PageCursorValues,
  parameters: StatementParameters,
): string {
  const descending = terms[0]?.descending === true;
  const simple = terms.every((term) => term.column.notNull && term.descending === descending);
  if (simple && !values.includes(null)) {
    // A row comparison is the only form that an index on all columns can answer alone.
    const names = terms.map(({ column }) => quoteIdentifier(column.name));
    const placeholders = values.map((value) => parameters.add(value));
    return `(${names.join(", ")}) ${descending ? "<" : ">"} (${placeholders.join(", ")})`;
  }
  const alternatives: string[] = [];
  const equal: string[] = [];
  for (const [index, { column, descending: down }] of terms.entries()) {
    const name = quoteIdentifier(column.name);
    const value = values[index] ?? null;
    const later = laterThan(name, value, down, column.notNull, parameters);
    if (later !== undefined) alternatives.push(`(${[...equal, later].join(" and ")})`);
    // Not for the last term: PostgreSQL refuses a parameter that no expression uses.
    if (index < terms.length - 1) equal.push(value === null ? `${name} is null` : `${name} = ${parameters.add(value)}`);
  }
  return `${firstBound(terms[0], values[0], parameters)}(${alternatives.join(" or ") || "false"})`;
}

/** A bound that the alternatives imply but PostgreSQL does not infer: an index on the first column can start at the page. */
function firstBound(
  term: SortTerm | undefined,
  value: string | null | undefined,
  parameters: StatementParameters,
): string {
  if (!term || typeof value !== "string" || !(term.column.notNull || term.descending)) return "";
  return `${quoteIdentifier(term.column.name)} ${term.descending ? "<=" : ">="} ${parameters.add(value)} and `;
}

/** The condition for values after `value` in one column; undefined if there are none. */
function laterThan(
  name: string,
  value: string | null,
  descending: boolean,
  notNull: boolean,
  parameters: StatementParameters,
): string | undefined {
  if (value === null) return descending ? `${name} is not null` : undefined;
  const compared = `${name} ${descending ? "<" : ">"} ${parameters.add(value)}`;
  return descending || notNull ? compared : `(${compared} or ${name} is null)`;
}
