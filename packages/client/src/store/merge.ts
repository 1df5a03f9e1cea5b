import { entityKey } from "@heliograph/shared/entity-key";
import type { EntityData } from "./entity-data.ts";
import type { GoneMark, ServerRow, StoredEntity } from "./entity-store.ts";

/** Computes what a held row becomes. Returns the held object when nothing changes. */
export type Merge = (held: StoredEntity | undefined, now: number) => StoredEntity | undefined;

/**
 * Merges a row from the server into what is held.
 *
 * @returns the held object when the row contains nothing new, so that it causes no write and no render
 */
export function mergeServerRow(held: StoredEntity | undefined, row: ServerRow, now: number): StoredEntity {
  if (held) {
    if (row.ver < held.ver && row.replacesVersion !== held.ver) return held;
    // The same version is the same row, unless access was revoked and granted again: that changes no version.
    if (row.ver === held.ver && !held.gone) return held;
  }
  return {
    id: entityKey(row.entityCode, row.entityId),
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

/** Merges a gone mark into what is held. Returns the held object when the mark does not apply. */
export function mergeGoneMark(held: StoredEntity | undefined, mark: GoneMark, now: number): StoredEntity | undefined {
  const ver = held?.ver ?? 0;
  if (mark.unlessNewerThan !== undefined && ver > mark.unlessNewerThan) return held;
  if (held?.gone && ver >= mark.ver) return held;
  return {
    id: entityKey(mark.entityCode, mark.entityId),
    entityCode: mark.entityCode,
    scope: held?.scope ?? "",
    sort: held?.sort ?? "",
    ver: Math.max(ver, mark.ver),
    // The content is deleted at once: this user's access to the row may have been revoked.
    base: null,
    data: null,
    pending: 0,
    gone: true,
    seenAt: laterThan(held, now),
  };
}

/** Later than the held row, even if the device's clock was set back: views use it to order two reports of a row. */
const laterThan = (held: StoredEntity | undefined, now: number): number => Math.max(now, held ? held.seenAt + 1 : 0);

/** Limits the text to the length of the store's index columns, which refuse longer text. */
function textOf(data: EntityData, column: string): string {
  const value = data[column];
  return typeof value === "string" ? value.slice(0, 40) : "";
}
