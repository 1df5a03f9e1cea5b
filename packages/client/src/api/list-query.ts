type Scalar = string | number | boolean | null;

/** Operators of the REST API for one column, such as `{gte: 5, lt: 9}`. */
export type Condition = {
  readonly [Operator in "eq" | "ne" | "lt" | "lte" | "gt" | "gte" | "contains"]?: Scalar;
} & {
  readonly in?: readonly (string | number)[];
  readonly null?: boolean;
};

export interface Filter {
  readonly [column: string]: Scalar | Condition | undefined;
}

export interface ListQuery {
  readonly filter?: Filter | undefined;
  /**
   * Comma-separated columns; a leading `-` means descending: `-updated_ts,name`. A column name with a comma, a percent sign
   * or a leading minus is percent-encoded.
   */
  readonly sort?: string | undefined;
  /** Search text. */
  readonly q?: string | undefined;
  /** Rows per page. */
  readonly limit?: number | undefined;
}

/** The query string of a list. Parameters have a fixed order, so that equal queries give equal text. */
export function toSearchParams(query: ListQuery): URLSearchParams {
  const params = new URLSearchParams();
  for (const column of Object.keys(query.filter ?? {}).sort()) {
    const condition = query.filter?.[column];
    if (condition === undefined) continue;
    if (condition === null || typeof condition !== "object") appendScalar(params, column, "eq", condition);
    else appendCondition(params, column, condition);
  }
  if (query.q) params.set("q", query.q);
  if (query.sort) params.set("sort", query.sort);
  if (query.limit !== undefined) params.set("limit", String(query.limit));
  return params;
}

function appendCondition(params: URLSearchParams, column: string, condition: Condition): void {
  for (const [operator, value] of Object.entries(condition).sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (value === undefined) continue;
    if (Array.isArray(value))
      params.append(`${column}.${operator}`, value.map((one) => encodeListValue(String(one))).join(","));
    else appendScalar(params, column, operator, value as Scalar);
  }
}

/** Names that are read as another parameter, or as a column with an operator. */
const needsOperator = /^(?:limit|sort|cursor|q|ids)$|\.(?:eq|ne|lt|lte|gt|gte|in|contains|null)$/;

/** A value inside a list of the query, which commas separate. */
export function encodeListValue(value: string): string {
  return encodeURIComponent(value);
}

function appendScalar(params: URLSearchParams, column: string, operator: string, value: Scalar): void {
  // In SQL nothing compares equal to NULL, so the API has a separate operator for it.
  if (value === null && operator === "eq") params.append(`${column}.null`, "true");
  else if (value === null && operator === "ne") params.append(`${column}.null`, "false");
  else if (operator === "eq" && !needsOperator.test(column)) params.append(column, String(value));
  else params.append(`${column}.${operator}`, String(value));
}

/**
 * Columns whose change can move a row into, out of or within the list.
 *
 * @returns undefined when any column can
 */
export function placementColumns(query: ListQuery): ReadonlySet<string> | undefined {
  if (query.q) return undefined; // only the server knows which columns the search reads
  return new Set([...Object.keys(query.filter ?? {}), ...sortTerms(query.sort).map(({ column }) => column)]);
}

/** The columns of a sort, in their order. */
export function sortTerms(sort: string | undefined): readonly { readonly column: string; readonly sign: 1 | -1 }[] {
  return (sort ?? "").split(",").flatMap((part) => {
    const word = part.trim();
    const column = decodeListValue(word.replace(/^-/, ""));
    return column === "" ? [] : [{ column, sign: word.startsWith("-") ? -1 : 1 }];
  });
}

function decodeListValue(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value; // the server refuses the query and says why
  }
}
