import { type Column, type EntityType, readableColumns } from "../../db/entity-type.ts";
import { quoteIdentifier } from "../../db/quote-identifier.ts";
import { RestError } from "../errors/rest-error.ts";
import { unknownColumn } from "../errors/unknown-column.ts";
import type { CursorValues } from "./page-cursor.ts";
import type { Parameters } from "./statement-parameters.ts";

export interface SortTerm {
  readonly column: Column;
  readonly descending: boolean;
}

/** More columns than a person can order by; bounds the size of the keyset condition. */
const maxSortColumns = 5;

/**
 * Reads `-updated_ts,name`. The key is appended, in the direction of the last column (so that one index can serve all),
 * unless it is named: without it rows with equal values would be skipped or repeated between pages.
 * @throws {RestError} invalid_query, unknown_column
 */
export function parseSort(type: EntityType, text: string | undefined): readonly SortTerm[] {
  const columns = readableColumns(type);
  const terms: SortTerm[] = [];
  for (const word of text === undefined ? [] : text.split(",")) {
    const descending = word.startsWith("-");
    const name = descending ? word.slice(1) : word;
    const column = columns.get(name);
    if (!column) throw unknownColumn(type, name);
    if (column.baseType === "json")
      throw new RestError("invalid_query", { message: `${name} is JSON and has no order.` });
    if (terms.some((term) => term.column === column))
      throw new RestError("invalid_query", { message: `sort names ${name} twice.` });
    terms.push({ column, descending });
  }
  if (terms.length > maxSortColumns)
    throw new RestError("invalid_query", { message: `sort names more than ${maxSortColumns} columns.` });
  const key = columns.get(type.keyColumn);
  if (!key) throw new Error(`the key column of ${type.code} is not readable`);
  if (!terms.some((term) => term.column === key))
    terms.push({ column: key, descending: terms.at(-1)?.descending ?? false });
  return terms;
}

/** Name of the table in a page's statement: ORDER BY a bare name would mean a column of the select list. */
export const pageAlias = "entity";

/** PostgreSQL's own places for nulls (last ascending, first descending), because ordinary indexes have them so. */
export function orderBy(terms: readonly SortTerm[]): string {
  return terms
    .map(({ column, descending }) => `${pageAlias}.${quoteIdentifier(column.name)}${descending ? " desc" : ""}`)
    .join(", ");
}

/** Expressions whose texts make up a cursor. Text, because it is exact for every type and round-trips. */
export function cursorExpressions(terms: readonly SortTerm[]): string[] {
  return terms.map(({ column }) => `${quoteIdentifier(column.name)}::text`);
}

/** The condition for rows that come after the cursor's in the order of the terms. */
export function afterCursor(terms: readonly SortTerm[], values: CursorValues, parameters: Parameters): string {
  const descending = terms[0]?.descending === true;
  const simple = terms.every((term) => term.column.notNull && term.descending === descending);
  if (simple && !values.includes(null)) {
    // One comparison of rows: the only form that an index on all the columns can answer by itself.
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
    // Not for the last: PostgreSQL refuses a parameter that no expression uses.
    if (index < terms.length - 1) equal.push(value === null ? `${name} is null` : `${name} = ${parameters.add(value)}`);
  }
  return `${firstBound(terms[0], values[0], parameters)}(${alternatives.join(" or ") || "false"})`;
}

/** Implied by the alternatives, but PostgreSQL does not see that: lets an index on the first column begin at the page. */
function firstBound(term: SortTerm | undefined, value: string | null | undefined, parameters: Parameters): string {
  if (!term || typeof value !== "string" || !(term.column.notNull || term.descending)) return "";
  return `${quoteIdentifier(term.column.name)} ${term.descending ? "<=" : ">="} ${parameters.add(value)} and `;
}

/** What comes after one value in one column; undefined when nothing does. */
function laterThan(
  name: string,
  value: string | null,
  descending: boolean,
  notNull: boolean,
  parameters: Parameters,
): string | undefined {
  if (value === null) return descending ? `${name} is not null` : undefined;
  const compared = `${name} ${descending ? "<" : ">"} ${parameters.add(value)}`;
  return descending || notNull ? compared : `(${compared} or ${name} is null)`;
}
