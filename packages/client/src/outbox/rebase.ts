import { type EntityKey, splitEntityKey } from "@heliograph/shared/entity-key";
import type { EntityData } from "../store/entity-data.ts";
import type { StoredEntity } from "../store/entity-store.ts";
import type { CachedRow } from "../store/live-entities.ts";
import type { Operation } from "../store/operation.ts";

/**
 * The optimistic view of a row: the server's row with this device's unsent operations applied.
 *
 * @param row undefined while the store has not been read: only a create can be shown without the stored row
 * @param operations of this row, oldest first, without those that need a decision
 * @returns `row` itself when there are no operations
 */
export function rebase(key: EntityKey, row: CachedRow, operations: readonly Operation[]): CachedRow {
  if (operations.length === 0) return row;
  if (row === undefined && operations[0]?.op !== "create") return undefined;
  let data = row?.data ?? null;
  for (const operation of operations) data = apply(data, operation);
  // An edit of a row that was deleted meanwhile has nothing to show. The server's answer puts it into the attention list.
  if (data === null && !row) return row;
  const { entityCode } = splitEntityKey(key);
  const ground: StoredEntity = row ?? {
    id: key,
    entityCode,
    scope: "",
    sort: "",
    ver: 0,
    base: null,
    data: null,
    pending: 0,
    gone: false,
    seenAt: 0,
  };
  return { ...ground, data, gone: data === null, pending: operations.length };
}

function apply(data: EntityData | null, { op, entityId, changes, queuedAt }: Operation): EntityData | null {
  if (op === "remove") return null;
  const at = new Date(queuedAt).toISOString();
  // The server sets version and times. Until then the row reads and sorts as one that was written just now.
  if (op === "create") return data ?? { $id: entityId, $version: 0, created_ts: at, updated_ts: at, ...changes };
  return data && { ...data, ...(Object.hasOwn(data, "updated_ts") ? { updated_ts: at } : {}), ...changes };
}
