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
  if (column.baseType.endsWith("[]")) return ["contains", "null"];
  switch (column.baseType) {
    case "json":
      return ["null"];
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
  switch (operator) {
    case "null":
      return value === "true" ? `${name} is null` : `${name} is not null`;
    case "in":
      return `${name} = any(${parameters.add(values)})`;
    case "ne":
      // Includes rows with null, which a plain <> would leave out.
      return `${name} is distinct from ${parameters.add(value)}`;
    case "contains":
      return column.baseType.endsWith("[]")
        ? `${parameters.add(value)} = any(${name})`
        : `${name} ilike ${parameters.add(containsPattern(value))}`;
    default:
      return `${name} ${comparisons[operator]} ${parameters.add(value)}`;
  }
}
