import type { EntityData } from "../store/entity-store.ts";
import type { Operation } from "../store/operation.ts";

/**
 * Columns in which the writer and somebody else both changed the row, and not to the same value. Empty: the write may
 * go on top of `theirs`.
 */
export function conflictsOf({ changes, base, baseVer }: Operation, theirs: EntityData): readonly string[] {
  return Object.keys(changes).filter((column) => {
    const value = theirs[column];
    if (sameValue(value, changes[column])) return false;
    if (base) return !sameValue(value, base[column]);
    // What the writer saw is not known any more: only a row that did not change at all is safe to write.
    return baseVer !== 0 && theirs["version"] !== baseVer;
  });
}

/** Are the changes in the row already? Then a write that lost its answer took place. */
export function contains(row: EntityData, changes: EntityData): boolean {
  return Object.keys(changes).every((column) => sameValue(row[column], changes[column]));
}

const isoTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d/;

/** Equal as the server sees it: it writes times and numbers in its own way. */
export function sameValue(a: unknown, b: unknown): boolean {
  if (a === b || (a ?? null) === (b ?? null)) return true;
  if (typeof a === "string" && typeof b === "string") {
    return isoTime.test(a) && isoTime.test(b) && Date.parse(a) === Date.parse(b);
  }
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) {
    return typeof a !== typeof b && a != null && b != null && String(a) === String(b);
  }
  const left = Object.entries(a);
  return left.length === Object.keys(b).length && left.every(([name, one]) => sameValue(one, (b as EntityData)[name]));
}
