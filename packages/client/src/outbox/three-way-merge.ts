import type { EntityData } from "../store/entity-data.ts";
import type { Operation } from "../store/operation.ts";

/**
 * Columns that this operation and another user both changed, to different values. If there are none, the operation can be
 * applied to `theirs`.
 *
 * @param theirs the current row on the server
 */
export function conflictingColumns({ changes, base, baseVersion }: Operation, theirs: EntityData): readonly string[] {
  return Object.keys(changes).filter((column) => {
    const value = theirs[column];
    if (sameValue(value, changes[column])) return false;
    if (base) return !sameValue(value, base[column]);
    // Without the base it is unknown which column changed, so only a row with the same version is safe to write.
    return baseVersion !== 0 && theirs["$version"] !== baseVersion;
  });
}

/** True when the row contains the changes: a write whose answer was lost took effect. */
export function containsChanges(row: EntityData, changes: EntityData): boolean {
  return Object.keys(changes).every((column) => sameValue(row[column], changes[column]));
}

/**
 * The base of a later operation after an earlier one of the same row was acknowledged. Where the base shows a value that
 * was sent, it takes the value that the server made of it: a default, or its own notation of a time. Otherwise the
 * user's own earlier write would count as another user's change.
 *
 * @param answer the row in the server's answer to `acknowledged`
 * @returns `base` itself when nothing changes
 */
export function advanceBase(
  base: EntityData | null,
  { op, changes, attempts }: Operation,
  answer: EntityData,
): EntityData | null {
  if (!base) return base;
  const advanced: Record<string, unknown> = { ...base };
  let differs = false;
  for (const [column, value] of Object.entries(answer)) {
    // The answer to a repeated write shows the row as it is now, perhaps with a later change of another user.
    const isOwn = Object.hasOwn(changes, column)
      ? attempts === 1 && sameValue(base[column], changes[column])
      : op === "create" && !Object.hasOwn(base, column);
    if (!isOwn || base[column] === value) continue;
    advanced[column] = value;
    differs = true;
  }
  return differs ? advanced : base;
}

const decimal = /^-?(?:0|[1-9]\d*)(?:\.\d+)?$/;

/** Whether two texts are the same number: the server gives 1.5 the scale of its column, 1.50. */
function sameDecimal(a: string, b: string): boolean {
  return a === b || (decimal.test(a) && decimal.test(b) && trimScale(a) === trimScale(b));
}

function trimScale(text: string): string {
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}

const isoTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d/;

/** Equality as the server sees it: the server has its own notation of times and numbers. */
export function sameValue(a: unknown, b: unknown): boolean {
  if (a === b || (a ?? null) === (b ?? null)) return true;
  if (typeof a === "string" && typeof b === "string") {
    return (isoTime.test(a) && isoTime.test(b) && Date.parse(a) === Date.parse(b)) || sameDecimal(a, b);
  }
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) {
    return typeof a !== typeof b && a != null && b != null && sameDecimal(String(a), String(b));
  }
  const left = Object.entries(a);
  return left.length === Object.keys(b).length && left.every(([name, one]) => sameValue(one, (b as EntityData)[name]));
}
