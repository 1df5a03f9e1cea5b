import { logAction } from "@heliograph/protocol";
import { entityKey } from "@heliograph/shared/entity-key";
import { creationVersionOf, isRightsChange, type LogChange } from "./log-change.ts";
import type { LogRow } from "./log-row.ts";

/**
 * Merges two changes of the same incarnation without losing anything: the highest version with its action, and all
 * containers of both, because a row that moved and was then edited concerns the subscribers of both places. The action is
 * the newest and not the strongest one: a row that was deleted and created again exists.
 */
function merge(before: LogChange, change: LogChange): LogChange {
  const newest = change.version >= before.version ? change : before;
  // Keep the creation: subscribers that await the row need it, and holders of a reused id must not receive the new row.
  const createdVersion = creationVersionOf(before) ?? creationVersionOf(change);
  return {
    entityCode: change.entityCode,
    entityId: change.entityId,
    action: newest.action,
    version: newest.version,
    containerIds: [...new Set([...before.containerIds, ...change.containerIds])],
    restricted: before.restricted || change.restricted,
    recheck: before.recheck || change.recheck,
    changedAt: Math.max(before.changedAt, change.changedAt),
    ...(createdVersion !== undefined && newest.action !== logAction.create && { createdVersion }),
  };
}

/** Where a change belongs among the incarnations of its id: `incarnations.splice(at, deleteCount, merged)`. */
export interface Placement {
  readonly at: number;
  /** 0: the change begins an incarnation; 1: it is merged with the one at `at`. */
  readonly deleteCount: 0 | 1;
  readonly merged: LogChange;
}

/**
 * Finds the incarnation that a change belongs to. An incarnation is a row between its creation and its deletion under an
 * id.
 *
 * A row that is created again under the id of a deleted row is a different row. Merged into one change, either the creation
 * would reach the subscribers of the old containers, who may have no right to the new row, or, where the new row is not
 * readable, the deletion would reach no one. Versions tell the incarnations apart, because a row that was committed late is
 * sequenced behind newer ones.
 *
 * @param incarnations changes of one entity, oldest incarnation first; either all rights changes or none
 */
export function placeChange(incarnations: readonly LogChange[], change: LogChange): Placement {
  const last = incarnations.at(-1);
  const insertAt = (at: number, merged = change): Placement => ({ at, deleteCount: 0, merged });
  const mergeAt = (at: number, incarnation: LogChange): Placement => ({
    at,
    deleteCount: 1,
    merged: merge(incarnation, change),
  });
  if (!last) return insertAt(0);
  if (isRightsChange(change)) return mergeAt(incarnations.length - 1, last);
  const created = creationVersionOf(change);
  if (created !== undefined) {
    // Either later changes of this incarnation are known already, or this is the first one.
    const at = incarnations.findLastIndex(
      (one) => (creationVersionOf(one) ?? (one.version > created ? created : 0)) === created,
    );
    const incarnation = incarnations[at];
    if (incarnation) return mergeAt(at, incarnation);
    return insertAt(incarnations.findLastIndex(({ version }) => version < created) + 1);
  }
  const at = incarnations.findLastIndex((one) => (creationVersionOf(one) ?? 0) <= change.version);
  const incarnation = incarnations[at];
  if (!incarnation) return insertAt(0);
  // A change after a deletion belongs to an incarnation whose creation has not been read yet.
  if (incarnation.action === logAction.delete && change.version > incarnation.version)
    return insertAt(at + 1, { ...change, createdVersion: incarnation.version + 1 });
  // A deletion that is older than the incarnation ended the one before it.
  if (change.action === logAction.delete && change.version < incarnation.version) return insertAt(at);
  return mergeAt(at, incarnation);
}

/** Changes by entity, grants and revocations apart from the other changes. Filled by `coalesceInto`. */
export type CoalescedChanges = Map<string, LogChange[]>;

/** Adds a change to those of its entity, in place; see `placeChange`. */
export function coalesceInto(changes: CoalescedChanges, change: LogChange): void {
  const key = `${isRightsChange(change) ? "rights" : "change"}:${entityKey(change.entityCode, change.entityId)}`;
  const incarnations = changes.get(key);
  if (!incarnations) {
    changes.set(key, [change]);
    return;
  }
  const { at, deleteCount, merged } = placeChange(incarnations, change);
  incarnations.splice(at, deleteCount, merged);
}

const changeOf = (row: LogRow): LogChange => ({
  entityCode: row.entity_code,
  entityId: row.entity_id,
  action: row.action,
  version: row.entity_version,
  containerIds: row.container_ids,
  restricted: row.restricted,
  recheck: row.recheck,
  changedAt: row.created_ms,
});

/** Coalesces log rows, given in sequence, to one change for each incarnation of a row; grants and revocations stay apart. */
export function coalesce(rows: readonly LogRow[]): LogChange[] {
  const changes: CoalescedChanges = new Map();
  for (const row of rows) coalesceInto(changes, changeOf(row));
  return [...changes.values()].flat();
}
