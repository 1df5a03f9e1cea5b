import { type Action, logAction } from "@heliograph/protocol";
import type { LogChange } from "@heliograph/server-kit";

/** One signal for one entity, shared by all sockets that get it. */
export type Change = {
  readonly code: string;
  readonly id: string;
  readonly action: Action;
  readonly version: number;
  /** Containers before and after the change. */
  readonly containers: readonly string[];
  /** Time of the change on the database's clock, milliseconds since 1970. */
  readonly at: number;
  /** The change as it stands inside an INVALIDATE; written once, however many sockets get it. */
  readonly json: string;
  /** What it was made of. */
  readonly item: LogChange;
};

const actionNames: Readonly<Record<number, Action>> = {
  [logAction.create]: "CREATE",
  [logAction.update]: "UPDATE",
  [logAction.delete]: "DELETE",
};

/** Ids and actions need no escaping: the former come from uuid columns. */
export function changeOf(item: LogChange, as: { action?: Action; version?: number } = {}): Change {
  const action = as.action ?? actionNames[item.action] ?? "UPDATE";
  const version = as.version ?? item.version;
  return {
    code: item.entityCode,
    id: item.entityId,
    action,
    version,
    containers: item.containerIds,
    at: item.changedAt,
    json: `{"entityId":"${item.entityId}","action":"${action}","version":${version}}`,
    item,
  };
}
