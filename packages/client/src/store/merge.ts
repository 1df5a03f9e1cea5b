import { entityKey } from "@heliograph/shared/entity-key";
import type { EntityData } from "./entity-data.ts";
import type { GoneMark, ServerRow, StoredEntity } from "./entity-store.ts";

/** What becomes of the held row; returns that very object when nothing changes. */
export type Merge = (held: StoredEntity | undefined, now: number) => StoredEntity | undefined;

/**
 * A row from the server on top of what is held.
 *
 * @returns the very object held when the row brings nothing new, so that nobody writes or renders for it
 */
export function mergeServerRow(held: StoredEntity | undefined, row: ServerRow, now: number): StoredEntity {
  if (held) {
    if (row.ver < held.ver && row.replacesVersion !== held.ver) return held;
    // The same version is the same row, unless it was taken away and given back: rights change no version.
    if (row.ver === held.ver && !held.gone) return held;
  }
  return {
    id: entityKey(row.entityCode, row.id),
    entityCode: row.entityCode,
    scope: textOf(row.data, "organization_id"),
    sort: textOf(row.data, "updated_ts"),
    ver: row.ver,
    base: row.data,
    data: row.data,
    pending: 0,
    gone: false,
    seenAt: laterThan(held, now),
  };
}

/** A mark of removal on top of what is held; returns `held` itself when the mark does not apply. */
export function mergeGoneMark(held: StoredEntity | undefined, mark: GoneMark, now: number): StoredEntity | undefined {
  const ver = held?.ver ?? 0;
  if (mark.unlessNewerThan !== undefined && ver > mark.unlessNewerThan) return held;
  if (held?.gone && ver >= mark.ver) return held;
  return {
    id: entityKey(mark.entityCode, mark.id),
    entityCode: mark.entityCode,
    scope: held?.scope ?? "",
    sort: held?.sort ?? "",
    ver: Math.max(ver, mark.ver),
    // The content goes at once: the row may have been taken away from this very person.
    base: null,
    data: null,
    pending: 0,
    gone: true,
    seenAt: laterThan(held, now),
  };
}

/** Always later, also when the device's clock is set back: views tell by it which of two notes of a row came last. */
const laterThan = (held: StoredEntity | undefined, now: number): number => Math.max(now, held ? held.seenAt + 1 : 0);

/** The index columns of the store have a length limit; longer text would be refused there. */
function textOf(data: EntityData, column: string): string {
  const value = data[column];
  return typeof value === "string" ? value.slice(0, 40) : "";
}
