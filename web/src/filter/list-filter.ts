import type { Condition, Filter } from "@heliograph/client";
import { type Column, type EntityCode, entityInfo, isLongText, labelColumn, statusColumn } from "../catalog/catalog.ts";
import { formatDay } from "../format/date.ts";
import { humanize } from "../format/humanize.ts";
import { parseNumber } from "../format/number.ts";

/** How a column is filtered: by enum values, another row, yes or no, or a range of days or numbers. */
type FilterKind = "choice" | "reference" | "boolean" | "days" | "numbers";

/** A filter on one column. `text` is its form in the URL. */
export interface ColumnFilter {
  readonly column: Column;
  readonly kind: FilterKind;
  readonly text: string;
}

const kinds: Readonly<Record<string, FilterKind>> = {
  enum: "choice",
  boolean: "boolean",
  date: "days",
  timestamptz: "days",
  int: "numbers",
  bigint: "numbers",
  numeric: "numbers",
  float: "numbers",
};

/** How `entry` can be filtered; undefined for free text, which has the search field, and for keys and versions. */
export function filterKind(entry: Column): FilterKind | undefined {
  if (entry.name === "version" || entry.name === "organization_id" || isLongText(entry)) return undefined;
  if (entry.references) return "reference";
  return kinds[entry.baseType];
}

/** The columns that the filter menu offers; the status column is left out because the toolbar always shows it. */
export function filterableColumns(entityCode: EntityCode): readonly Column[] {
  const shown = new Set([statusColumn(entityCode)?.name, labelColumn(entityCode)?.name]);
  return entityInfo(entityCode).columns.filter((entry) => !shown.has(entry.name) && filterKind(entry) !== undefined);
}

/** Parses a range from the URL, such as `2026-01-01..2026-03-31`; either end may be missing. */
export function parseRange(text: string): { readonly from: string; readonly to: string } {
  const [from = "", to = ""] = text.split("..");
  return { from, to };
}

export function rangeParameter(from: string, to: string): string {
  return from || to ? `${from}..${to}` : "";
}

const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** Midnight in the user's time zone, `after` days after `day`, because timestamp columns are compared with moments. */
function midnight(day: string, after = 0): string {
  const date = new Date(`${day}T00:00:00`);
  date.setDate(date.getDate() + after);
  return date.toISOString();
}

function dayCondition(entry: Column, text: string): Condition | undefined {
  const { from, to } = parseRange(text);
  const moments = entry.baseType === "timestamptz";
  const lower = DAY.test(from) ? { gte: moments ? midnight(from) : from } : {};
  const upper = DAY.test(to) ? (moments ? { lt: midnight(to, 1) } : { lte: to }) : {};
  const condition = { ...lower, ...upper };
  return Object.keys(condition).length > 0 ? condition : undefined;
}

function numberCondition(text: string): Condition | undefined {
  const { from, to } = parseRange(text);
  const low = parseNumber(from);
  const high = parseNumber(to);
  if (low === undefined && high === undefined) return undefined;
  return { ...(low !== undefined && { gte: low }), ...(high !== undefined && { lte: high }) };
}

/** The API condition for a filter; undefined if its text is invalid, as in an outdated link. */
export function conditionOf({ column: entry, kind, text }: ColumnFilter): Condition | string | boolean | undefined {
  switch (kind) {
    case "choice": {
      const values = text.split(",").filter((value) => entry.enumValues?.includes(value));
      return values.length > 0 ? { in: values } : undefined;
    }
    case "reference":
      if (text === "none") return { null: true };
      return /^[0-9a-f-]{36}$/i.test(text) ? text : undefined;
    case "boolean":
      return text === "true" || text === "false" ? text === "true" : undefined;
    case "days":
      return dayCondition(entry, text);
    case "numbers":
      return numberCondition(text);
  }
}

/** The filters in a URL, in catalog order. Unknown columns and invalid texts are left out. */
export function readFilters(entityCode: EntityCode, params: URLSearchParams): readonly ColumnFilter[] {
  return filterableColumns(entityCode).flatMap((entry) => {
    const kind = filterKind(entry);
    const text = params.get(entry.name);
    if (!kind || !text) return [];
    const filter = { column: entry, kind, text };
    return conditionOf(filter) === undefined ? [] : [filter];
  });
}

/** Builds the filter of a list query from the status choice and the column filters. */
export function toFilter(entityCode: EntityCode, status: string, filters: readonly ColumnFilter[]): Filter {
  const entry = statusColumn(entityCode);
  const known = entry?.enumValues?.includes(status) ? { [entry.name]: status } : {};
  return {
    ...known,
    ...Object.fromEntries(filters.map((filter) => [filter.column.name, conditionOf(filter)])),
  };
}

function rangeText(text: string, show: (end: string) => string): string {
  const { from, to } = parseRange(text);
  if (from && to) return from === to ? show(from) : `${show(from)} – ${show(to)}`;
  return from ? `from ${show(from)}` : `up to ${show(to)}`;
}

/** Formats a filter for users. FilterChip shows the label of a referenced row instead. */
export function filterText({ kind, text }: ColumnFilter): string {
  switch (kind) {
    case "choice":
      return text.split(",").map(humanize).join(", ");
    case "boolean":
      return text === "true" ? "Yes" : "No";
    case "days":
      return rangeText(text, formatDay);
    case "numbers":
      return rangeText(text, (end) => end);
    case "reference":
      return text === "none" ? "None" : text.slice(0, 8);
  }
}
