import type { EntityData } from "../store/entity-data.ts";

/** A list at one moment. The same object until something in it changes. */
export type ListSnapshot<Item = EntityData> = {
  /** loading: nothing to show yet. error: nothing to show, and the latest attempt failed. */
  readonly status: "loading" | "ready" | "error";
  readonly items: readonly Item[];
  readonly hasMore: boolean;
  readonly error: Error | undefined;
  /** The list may be out of date: there is no subscription, or a change was signalled that is not fetched yet. */
  readonly stale: boolean;
  readonly loadMore: () => void;
  readonly refetch: () => void;
};

/**
 * The previous snapshot if nothing changed. Otherwise the next one, with the previous `items` array if no item changed, so
 * that views can compare by identity.
 */
export function nextSnapshot(before: ListSnapshot | undefined, next: ListSnapshot): ListSnapshot {
  if (!before) return next;
  const same = before.items.length === next.items.length && before.items.every((item, n) => item === next.items[n]);
  const after = same ? { ...next, items: before.items } : next;
  const names = Object.keys(after) as (keyof ListSnapshot)[];
  return names.every((name) => before[name] === after[name]) ? before : after;
}
