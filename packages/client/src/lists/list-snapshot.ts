import type { EntityData, StoredEntity } from "../store/entity-store.ts";

/** A list at one moment. The same object until something in it changes. */
export type ListSnapshot<Item = EntityData> = {
  /** loading: nothing to show yet. error: nothing to show, and the last attempt failed. */
  readonly status: "loading" | "ready" | "error";
  readonly items: readonly Item[];
  readonly hasMore: boolean;
  readonly error: Error | undefined;
  /** The rows may be out of date: not connected, or a change was signalled that is not read yet. */
  readonly stale: boolean;
  readonly loadMore: () => void;
  readonly refetch: () => void;
};

/** Values of the columns that decide about place and membership, as comparable text; all of the row when any may. */
export function projectionOf(row: StoredEntity, deciding: ReadonlySet<string> | undefined): string {
  if (!deciding) return String(row.ver);
  // `base`, not `data`: the server orders by what it has, not by what this device has not sent yet.
  return JSON.stringify([...deciding].map((column) => row.base?.[column] ?? null));
}

/** The snapshot of before if nothing in it changed; its items, too, stay the same array until one of them changes. */
export function nextSnapshot(before: ListSnapshot | undefined, next: ListSnapshot): ListSnapshot {
  if (!before) return next;
  const same = before.items.length === next.items.length && before.items.every((item, n) => item === next.items[n]);
  const after = same ? { ...next, items: before.items } : next;
  const names = Object.keys(after) as (keyof ListSnapshot)[];
  return names.every((name) => before[name] === after[name]) ? before : after;
}
