import { type Condition, type ListQuery, sortTerms } from "../api/list-query.ts";
import type { EntityData } from "../store/entity-data.ts";

/**
 * True when the server would list this row. Used only for rows with unsent changes, never to build a whole list, because
 * the device may hold only a part of the rows.
 *
 * @returns undefined when only the server can tell
 */
export function matches(row: EntityData, query: ListQuery): boolean | undefined {
  for (const [column, condition] of Object.entries(query.filter ?? {})) {
    if (condition === undefined) continue;
    const value = row[column] ?? null;
    const asked: Condition = condition === null || typeof condition !== "object" ? { eq: condition } : condition;
    if (!Object.entries(asked).every(([operator, operand]) => holds(value, operator, operand))) return false;
  }
  return query.q ? undefined : true;
}

function holds(value: unknown, operator: string, operand: unknown): boolean {
  if (operand === undefined) return true;
  switch (operator) {
    case "null":
      return (value === null) === operand;
    case "ne":
      return operand === null ? value !== null : !equal(value, operand);
    case "eq":
      return operand === null ? value === null : equal(value, operand);
    case "in":
      return Array.isArray(operand) && operand.some((one) => equal(value, one));
    case "contains":
      return Array.isArray(value)
        ? value.some((one) => equal(one, operand))
        : typeof value === "string" && value.toLowerCase().includes(String(operand).toLowerCase());
    default: {
      if (value === null) return false;
      const order = compareValues(value, operand, byNumber);
      return operator.startsWith("lt")
        ? order < 0 || (operator === "lte" && order === 0)
        : order > 0 || (operator === "gte" && order === 0);
    }
  }
}

/** Compares as text too: filters from an address or a form are text, whatever the column type. */
function equal(a: unknown, b: unknown): boolean {
  return a === b || (a !== null && b !== null && (String(a) === String(b) || sameMoment(a, b) || sameNumber(a, b)));
}

const decimal = /^-?\d+(?:\.\d+)?$/;

/** bigint and numeric values are text: 1.5 and "1.50" are equal, and 9 is less than "10". */
function isDecimal(value: unknown): boolean {
  return typeof value === "number" || (typeof value === "string" && decimal.test(value));
}

function sameNumber(a: unknown, b: unknown): boolean {
  return isDecimal(a) && isDecimal(b) && compareDecimals(String(a), String(b)) === 0;
}

/** The order of two numbers; of texts beyond 2^53 too. */
function compareDecimals(a: string, b: string): number {
  const difference = Number(a) - Number(b);
  if (difference !== 0 || !decimal.test(a) || !decimal.test(b)) return difference;
  const digits = Math.max(...[a, b].map((text) => text.split(".")[1]?.length ?? 0));
  const [left, right] = [a, b].map((text) => {
    const [whole = "", fraction = ""] = text.split(".");
    return BigInt(`${whole}${fraction.padEnd(digits, "0")}`);
  });
  return left === right ? 0 : (left ?? 0n) < (right ?? 0n) ? -1 : 1;
}

function sameMoment(a: unknown, b: unknown): boolean {
  return typeof a === "string" && typeof b === "string" && a.includes("T") && Date.parse(a) === Date.parse(b);
}

type TextOrder = (a: string, b: string) => number;
type RowOrder = (a: EntityData, b: EntityData) => number;

const byCodeUnits: TextOrder = (a, b) => (a < b ? -1 : a > b ? 1 : 0);
const byNumber: TextOrder = (a, b) => (isDecimal(a) && isDecimal(b) ? compareDecimals(a, b) : byCodeUnits(a, b));
const byLocale: TextOrder = (a, b) => a.localeCompare(b);

/**
 * The server's order, as far as the device can tell. Whether a text is a number depends on the column and its collation on the
 * database, so the order is derived from rows that the server has ordered.
 */
export function orderOf(query: ListQuery, ordered: readonly EntityData[]): RowOrder {
  const fits = (order: RowOrder): boolean =>
    ordered.every((row, index) => index === 0 || order(ordered[index - 1] ?? row, row) <= 0);
  const orders = [byNumber, byCodeUnits].map((text) => rowOrder(query.sort, text));
  return orders.find(fits) ?? rowOrder(query.sort, byLocale);
}

function rowOrder(sort: string | undefined, text: TextOrder): RowOrder {
  const terms = sortTerms(sort);
  // The server orders equal rows by key, in the direction of the last column.
  const keySign = terms.at(-1)?.sign ?? 1;
  return (a, b) => {
    for (const { column, sign } of terms) {
      const order = compareValues(a[column] ?? null, b[column] ?? null, text);
      if (order !== 0) return order * sign;
    }
    return compareIds(String(a["$id"]), String(b["$id"])) * keySign;
  };
}

const integer = /^-?\d{1,15}$/;

/** The order of keys: of numbers by value, of other ids by code units. */
function compareIds(a: string, b: string): number {
  return integer.test(a) && integer.test(b) ? Number(a) - Number(b) : byCodeUnits(a, b);
}

/** Null is the greatest value, as in PostgreSQL. */
function compareValues(a: unknown, b: unknown, text: TextOrder): number {
  if (a === b) return 0;
  if (a === null) return 1;
  if (b === null) return -1;
  if (typeof a === "number" || typeof b === "number") return Number(a) - Number(b);
  if (typeof a === "string" && typeof b === "string") return text(a, b);
  return text(String(a), String(b));
}
