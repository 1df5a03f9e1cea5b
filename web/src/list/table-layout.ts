import type { Column } from "../catalog/catalog.ts";

/**
 * Container widths, in rem, from which a column can be shown. Spelled out because Tailwind finds class names by reading
 * the source. The container counts and not the window, because tables also appear inside pages.
 */
const steps = [
  { rem: 26, from: "hidden @min-[26rem]:table-cell", until: "@min-[26rem]:hidden" },
  { rem: 30, from: "hidden @min-[30rem]:table-cell", until: "@min-[30rem]:hidden" },
  { rem: 36, from: "hidden @min-[36rem]:table-cell", until: "@min-[36rem]:hidden" },
  { rem: 42, from: "hidden @min-[42rem]:table-cell", until: "@min-[42rem]:hidden" },
  { rem: 48, from: "hidden @min-[48rem]:table-cell", until: "@min-[48rem]:hidden" },
  { rem: 54, from: "hidden @min-[54rem]:table-cell", until: "@min-[54rem]:hidden" },
  { rem: 60, from: "hidden @min-[60rem]:table-cell", until: "@min-[60rem]:hidden" },
  { rem: 66, from: "hidden @min-[66rem]:table-cell", until: "@min-[66rem]:hidden" },
  { rem: 72, from: "hidden @min-[72rem]:table-cell", until: "@min-[72rem]:hidden" },
  { rem: 80, from: "hidden @min-[80rem]:table-cell", until: "@min-[80rem]:hidden" },
  { rem: 90, from: "hidden @min-[90rem]:table-cell", until: "@min-[90rem]:hidden" },
] as const;

/** Minimum width of the label, in rem. */
const labelWidth = 13.5;

function widthOf(entry: Column): { rem: number; className: string } {
  if (entry.references) return { rem: 12, className: "w-48" };
  if (entry.baseType === "timestamptz" && entry.name !== "updated_ts") return { rem: 12, className: "w-48" };
  return entry.name === "priority" ? { rem: 7, className: "w-28" } : { rem: 8.5, className: "w-34" };
}

function stepFor(rem: number): (typeof steps)[number] {
  return steps.find((step) => step.rem >= rem) ?? steps[steps.length - 1] ?? steps[0];
}

interface Placed {
  readonly entry: Column;
  readonly className: string;
}
export interface Layout {
  readonly placed: readonly Placed[];
  /** Class of the line below the label, which is shown until the first column fits. */
  readonly narrow: string;
}

/**
 * Assigns each column the classes that set its width and hide it where there is no room. Columns are hidden from the
 * end, except that the time of the last change stays longer than its position suggests, because live lists are about
 * change.
 */
export function placeColumns(columns: readonly Column[]): Layout {
  const updated = columns.filter((entry) => entry.name === "updated_ts");
  const others = columns.filter((entry) => entry.name !== "updated_ts");
  const byImportance = [...others.slice(0, 2), ...updated, ...others.slice(2)];
  const shown = new Map<Column, string>();
  let needed = labelWidth;
  let narrow = "hidden";
  for (const entry of byImportance) {
    const width = widthOf(entry);
    needed += width.rem;
    const step = stepFor(needed);
    if (shown.size === 0) narrow = step.until;
    shown.set(entry, `${width.className} ${step.from}`);
  }
  return { placed: columns.map((entry) => ({ entry, className: shown.get(entry) ?? "" })), narrow };
}

export function isNumeric(entry: Column): boolean {
  return ["int", "bigint", "numeric", "float"].includes(entry.baseType);
}
