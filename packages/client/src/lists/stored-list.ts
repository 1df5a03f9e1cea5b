import type { EntityStore, StoredList } from "../store/entity-store.ts";
import type { ListSpec } from "./list-ports.ts";

/** Most ids that a list keeps for the next start of the application. */
const storedIds = 500;

/** Keeps a list for the next start; `fetchedAt`: when its reading began, milliseconds since 1970. */
export function storeList(
  store: EntityStore,
  { id, entityCode, query }: ListSpec,
  { ids, hasMore, fetchedAt }: Pick<StoredList, "ids" | "hasMore" | "fetchedAt">,
): void {
  // Every word that is typed makes another list: kept for ever, they would fill the device.
  if (query.q) return;
  const kept = ids.slice(0, storedIds);
  const stored = { id, entityCode, ids: kept, hasMore: hasMore || kept.length < ids.length, fetchedAt };
  // Only a convenience for the next start: that it could not be kept is no reason to fail the list.
  store.putList(stored).catch(() => {});
}
