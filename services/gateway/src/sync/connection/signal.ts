import { type Action, logAction } from "@heliograph/protocol";
import type { LogChange } from "@heliograph/server-kit";

/** The change of one entity as clients receive it, shared by all sockets that it goes to. */
export interface Signal {
  readonly entityCode: string;
  readonly entityId: string;
  readonly action: Action;
  readonly version: number;
  /** Containers before and after the change. */
  readonly containerIds: readonly string[];
  /** Time of the change on the database's clock, milliseconds since 1970. */
  readonly changedAt: number;
  /** The text of the change inside an INVALIDATE, rendered once for all sockets. */
  readonly json: string;
  readonly change: LogChange;
}

const actionNames: Readonly<Record<number, Action>> = {
  [logAction.create]: "CREATE",
  [logAction.update]: "UPDATE",
  [logAction.delete]: "DELETE",
};

export function createSignal(change: LogChange, replace: { action?: Action; version?: number } = {}): Signal {
  const { entityCode, entityId, containerIds, changedAt } = change;
  const action = replace.action ?? actionNames[change.action] ?? "UPDATE";
  const version = replace.version ?? change.version;
  return {
    entityCode,
    entityId,
    action,
    version,
    containerIds,
    changedAt,
    json: `{"entityId":${JSON.stringify(entityId)},"action":"${action}","version":${version}}`,
    change,
  };
}
