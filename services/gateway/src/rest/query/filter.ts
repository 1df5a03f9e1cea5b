import type { Column } from "../../db/entity-type.ts";
import { quoteIdentifier } from "../../db/quote-identifier.ts";
import { containsPattern, type StatementParameters } from "../../db/statement-parameters.ts";
import { fieldName } from "../../rest/entity/document-fields.ts";
import { RestError } from "../errors/rest-error.ts";
import { parseQueryValue } from "./query-value.ts";
import { splitList } from "./split-list.ts";

/** The operators of a filter `<column>.<op>=<value>`. The default is `eq`. */
export const filterOperators = ["eq", "ne", "lt", "lte", "gt", "gte", "in", "contains", "null"] as const;
export type FilterOperator = (typeof filterOperators)[number];

/** Maximum values of one `in`, the same as the maximum ids of one request. */
const maxListValues = 200;

export interface Filter {
  readonly column: Column;
  readonly operator: FilterOperator;
  /** In the form that PostgreSQL reads. One value, except with `in`. */
  readonly values: readonly string[];
}

const comparisons = { eq: "=", lt: "<", lte: "<=", gt: ">", gte: ">=" } as const;

/** The operators that a column of this type supports. */
export function operatorsOf(column: Column): readonly FilterOperator[] {
  if (!column.comparable) return ["null"];
  if (column.baseType.endsWith("[]")) return ["contains", "null"];
  if (!column.sortable) return ["eq", "ne", "in", "null"];
  switch (column.baseType) {
    case "boolean":
      return ["eq", "ne", "in", "null"];
    case "text":
      return filterOperators;
    default:
      return filterOperators.filter((operator) => operator !== "contains");
  }
}

/** @throws {RestError} invalid_query */
export function parseFilter(column: Column, operator: FilterOperator, text: string): Filter {
  const possible = operatorsOf(column);
  if (!possible.includes(operator))
    throw new RestError("invalid_query", {
      message: `${fieldName(column.name)} does not support the operator ${operator}; use one of ${possible.join(", ")}.`,
    });
  const name = `${fieldName(column.name)}.${operator}`;
  if (operator === "null") {
    if (text !== "true" && text !== "false") throw wrongValue(name, "true or false");
    return { column, operator, values: [text] };
  }
  const texts = operator === "in" ? splitList(name, text) : [text];
  if (texts.length > maxListValues) throw wrongValue(name, `a list of at most ${maxListValues} values`);
  const values = texts.map((one) => {
    const parsed = parseQueryValue(column, one);
    if ("problem" in parsed) throw wrongValue(name, parsed.problem);
    return parsed.value;
  });
  return { column, operator, values };
}

function wrongValue(name: string, expected: string): RestError {
  return new RestError("invalid_query", { message: `${name} must be ${expected}.` });
}

/** Renders the filter as an SQL condition. */
export function filterCondition({ column, operator, values }: Filter, parameters: StatementParameters): string {
  const name = quoteIdentifier(column.name);
  const [value = ""] = values;
  const add = (one: unknown, suffix = ""): string => `${parameters.add(one)}${castOf(column, suffix)}`;
  switch (operator) {
    case "null":
      // A composite value whose fields are all null is no null, but SQL's IS NULL says so. Such types have no order.
      if (!column.sortable) return `${name} is ${value === "true" ? "not " : ""}distinct from null`;
      return value === "true" ? `${name} is null` : `${name} is not null`;
    case "in":
      return `${name} = any(${add(values, "[]")})`;
    case "ne":
      // Includes rows with null, which a plain <> would leave out.
      return `${name} is distinct from ${add(value)}`;
    case "contains":
      return column.baseType.endsWith("[]")
        ? `${add(value)} = any(${name})`
        : `${patternText(column)} ilike ${parameters.add(containsPattern(value))}`;
    default:
      return `${name} ${comparisons[operator]} ${add(value)}`;
  }
}

/** The column in a comparison with a pattern, which collations that are not deterministic do not support. */
export function patternText(column: Column): string {
  const name = quoteIdentifier(column.name);
  return column.deterministic ? name : `(${name} collate "default")`;
}

/** Operators of object identifiers are those of oid, which does not read names such as `app.logging`. */
function castOf(column: Column, suffix: string): string {
  const type = column.baseType.replace(/\[\]$/, "");
  return isNameOfObject(type) ? `::pg_catalog.${type}${suffix}` : "";
}

/** Whether values of the type are names of objects of the database: regclass, regtype and their like. */
export function isNameOfObject(baseType: string): boolean {
  return /^reg[a-z]+$/.test(baseType);
}
