import type { Condition, ListQuery } from "../api/list-query.ts";
import type { EntityData } from "../store/entity-store.ts";

/**
 * Would the server list this row? Asked only for rows with unsent changes, never to make up a list: the device may hold
 * a part of the rows only.
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
      const order = compareValues(value, operand, byUnits);
      return operator.startsWith("lt")
        ? order < 0 || (operator === "lte" && order === 0)
        : order > 0 || (operator === "gte" && order === 0);
    }
  }
}

/** A filter that came through an address or a form is text, whatever the column is. */
function equal(a: unknown, b: unknown): boolean {
  return a === b || (a !== null && b !== null && (String(a) === String(b) || sameMoment(a, b)));
}

function sameMoment(a: unknown, b: unknown): boolean {
  return typeof a === "string" && typeof b === "string" && a.includes("T") && Date.parse(a) === Date.parse(b);
}

type TextOrder = (a: string, b: string) => number;
type RowOrder = (a: EntityData, b: EntityData) => number;

const byUnits: TextOrder = (a, b) => (a < b ? -1 : a > b ? 1 : 0);
const byLetters: TextOrder = (a, b) => a.localeCompare(b);

/**
 * The server's order, as far as the device can tell. How text is ordered is up to the database, so it is read off the
 * rows that the server has put in order.
 */
export function orderOf(query: ListQuery, ordered: readonly EntityData[]): RowOrder {
  const inUnits = rowOrder(query.sort, byUnits);
  const fits = ordered.every((row, index) => index === 0 || inUnits(ordered[index - 1] ?? row, row) <= 0);
  return fits ? inUnits : rowOrder(query.sort, byLetters);
}

function rowOrder(sort: string | undefined, text: TextOrder): RowOrder {
  const terms = (sort ?? "").split(",").flatMap((word) => {
    const column = word.trim().replace(/^-/, "");
    return column === "" ? [] : [{ column, sign: word.trim().startsWith("-") ? -1 : 1 }];
  });
  // The server's last word between equal rows, in the direction of the last column.
  if (!terms.some(({ column }) => column === "id")) terms.push({ column: "id", sign: terms.at(-1)?.sign ?? 1 });
  return (a, b) => {
    for (const { column, sign } of terms) {
      const order = compareValues(a[column] ?? null, b[column] ?? null, text);
      if (order !== 0) return order * sign;
    }
    return 0;
  };
}

/** Nulls are the greatest, as PostgreSQL has it. */
function compareValues(a: unknown, b: unknown, text: TextOrder): number {
  if (a === b) return 0;
  if (a === null) return 1;
  if (b === null) return -1;
  if (typeof a === "number" || typeof b === "number") return Number(a) - Number(b);
  if (typeof a === "string" && typeof b === "string") return text(a, b);
  return text(String(a), String(b));
}
