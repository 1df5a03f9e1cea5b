import { type EntityKey, splitEntityKey } from "@heliograph/shared/entity-key";
import type { EntityData, StoredEntity } from "../store/entity-store.ts";
import type { Glimpse } from "../store/live-entities.ts";
import type { Operation } from "../store/operation.ts";

/**
 * The row as its writer sees it: what the server sent, and on top of it what was not sent yet.
 *
 * @param row undefined while the store was not read: a create needs no ground, everything else has to wait for it
 * @param operations of this row, in their order, without those that wait for a decision
 * @returns `row` itself when there is nothing on top of it
 */
export function rebase(key: EntityKey, row: Glimpse, operations: readonly Operation[]): Glimpse {
  if (operations.length === 0) return row;
  if (row === undefined && operations[0]?.op !== "create") return undefined;
  let data = row?.data ?? null;
  for (const operation of operations) data = applied(data, operation);
  // An edit of a row that went away meanwhile has nothing to show; the server's answer will say so.
  if (data === null && !row) return row;
  const { entityCode: type } = splitEntityKey(key);
  const ground: StoredEntity = row ?? {
    id: key,
    type,
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

function applied(data: EntityData | null, { op, id, changes, queuedAt }: Operation): EntityData | null {
  if (op === "remove") return null;
  const at = new Date(queuedAt).toISOString();
  // The server sets these; until it has, the row sorts and reads as one that was written just now.
  if (op === "create") return data ?? { version: 0, created_ts: at, updated_ts: at, ...changes, id };
  return data && { ...data, ...("updated_ts" in data ? { updated_ts: at } : {}), ...changes };
}
