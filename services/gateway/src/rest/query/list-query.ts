import type { Column, EntityType } from "../../db/entity-type.ts";
import { documentFields } from "../../rest/entity/document-fields.ts";
import { RestError } from "../errors/rest-error.ts";
import { unknownColumn } from "../errors/unknown-column.ts";
import { type Filter, type FilterOperator, filterOperators, parseFilter } from "./filter.ts";
import { decodePageCursor, type PageCursorValues, queryFingerprint } from "./page-cursor.ts";
import { parseSort, type SortTerm } from "./sort.ts";

export const defaultLimit = 50;
export const maxLimit = 500;
/** Maximum ids of one request, which keeps the address below 8 KiB, the limit of common proxies. */
export const maxIds = 200;
/** Maximum characters of `q`. */
export const maxSearchLength = 200;
/** Maximum filters of one query; each costs planning time. */
const maxFilters = 30;

/** Parameters that are not filters. A column with such a name is filtered with its operator: `limit.eq=…`. */
export const reservedParameters: ReadonlySet<string> = new Set(["limit", "sort", "cursor", "q", "ids"]);

export interface ListQuery {
  readonly filters: readonly Filter[];
  readonly search: string | undefined;
  readonly sort: readonly SortTerm[];
  readonly limit: number;
  /** Sort values of the last row of the previous page. */
  readonly after: PageCursorValues | undefined;
  /** Binds page cursors to this query. */
  readonly fingerprint: string;
}

/** Query parameters as Fastify parses them; a repeated parameter is an array. */
export type RawQuery = Readonly<Record<string, string | readonly string[] | undefined>>;

/**
 * Parses the query of `GET /api/v1/:entity`.
 * @throws {RestError} invalid_query, unknown_column
 */
export function parseListQuery(type: EntityType, raw: RawQuery): ListQuery {
  const filters: Filter[] = [];
  for (const [name, value] of Object.entries(raw)) {
    const text = single(name, value);
    if (reservedParameters.has(name)) continue;
    const { column, operator } = parseFilterName(type, name);
    filters.push(parseFilter(column, operator, text));
  }
  if (filters.length > maxFilters)
    throw new RestError("invalid_query", { message: `The query has more than ${maxFilters} filters.` });

  const sort = parseSort(type, one(raw, "sort"));
  const search = parseSearch(one(raw, "q"));
  const cursor = one(raw, "cursor");
  const fingerprint = queryFingerprint([
    type.code,
    sort.map(({ column, descending }) => [column.name, descending]),
    filters.map(({ column, operator, values }) => JSON.stringify([column.name, operator, values])).sort(),
    search ?? null,
  ]);
  return {
    filters,
    search,
    sort,
    limit: parseLimit(one(raw, "limit")),
    after: cursor === undefined ? undefined : decodePageCursor(fingerprint, sort.length, cursor),
    fingerprint,
  };
}

function one(raw: RawQuery, name: string): string | undefined {
  return Object.hasOwn(raw, name) ? single(name, raw[name]) : undefined;
}

function single(name: string, value: string | readonly string[] | undefined): string {
  if (typeof value === "string") return value;
  throw new RestError("invalid_query", { message: `${JSON.stringify(name.slice(0, 80))} is given more than once.` });
}

function parseLimit(text: string | undefined): number {
  if (text === undefined) return defaultLimit;
  const limit = Number(text);
  if (!/^\d{1,3}$/.test(text) || limit < 1 || limit > maxLimit)
    throw new RestError("invalid_query", { message: `limit must be a whole number from 1 to ${maxLimit}.` });
  return limit;
}

function parseSearch(text: string | undefined): string | undefined {
  if (text === undefined || text === "") return undefined;
  if (text.length > maxSearchLength || text.includes("\0"))
    throw new RestError("invalid_query", { message: `q must have at most ${maxSearchLength} characters and no NUL.` });
  return text;
}

/** Whether a field's own name ends like a filter with an operator, so that its filters need the operator. */
export function endsInOperator(field: string): boolean {
  return filterOperators.some((operator) => field.endsWith(`.${operator}`));
}

/**
 * Reads a filter's name, `<field>` or `<field>.<operator>`. What follows the last dot is the operator if it is one, whatever
 * columns the type has: a column called `price.gte` is filtered as `price.gte.eq=5`, and `price.usd=5` needs no operator.
 */
function parseFilterName(type: EntityType, name: string): { column: Column; operator: FilterOperator } {
  const fields = documentFields(type);
  const dot = name.lastIndexOf(".");
  const word = name.slice(dot + 1);
  const operator = dot < 0 ? undefined : filterOperators.find((known) => known === word);
  const field = operator === undefined ? name : name.slice(0, dot);
  const column = fields.get(field);
  if (column) return { column, operator: operator ?? "eq" };
  if (operator === undefined && dot > 0 && fields.has(name.slice(0, dot)))
    throw new RestError("invalid_query", {
      message: `${JSON.stringify(word.slice(0, 40))} is not an operator; use one of ${filterOperators.join(", ")}.`,
    });
  throw unknownColumn(type, operator === undefined && dot > 0 ? name.slice(0, dot) : field);
}
