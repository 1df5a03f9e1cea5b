import { useCallback, useMemo, useSyncExternalStore } from "react";
import type { Entity, EntityCode } from "../api/register.ts";
import type { EntitySnapshot } from "../core/entity-resource.ts";
import { useClient } from "./SyncProvider.tsx";

export type EntityResult<Code extends EntityCode> = EntitySnapshot<Entity<Code>>;

const idle: EntitySnapshot<never> = {
  status: "loading",
  data: undefined,
  version: undefined,
  error: undefined,
  stale: true,
  sync: "synced",
  pendingColumns: [],
};

/**
 * One live row: shown from the store at once, fetched when it is missing, subscribed while the component is mounted.
 *
 * @param entityId undefined or null while it is unknown; the result is then "loading"
 */
export function useEntity<Code extends EntityCode>(
  entityCode: Code,
  entityId: string | null | undefined,
): EntityResult<Code> {
  const client = useClient();
  const resource = useMemo(
    () => (entityId ? client.entity(entityCode, entityId) : undefined),
    [client, entityCode, entityId],
  );
  const subscribe = useCallback((listener: () => void) => resource?.subscribe(listener) ?? (() => {}), [resource]);
  const read = useCallback(() => resource?.snapshot() ?? idle, [resource]);
  // The row has the shape that the application registered for this entity code.
  return useSyncExternalStore(subscribe, read, read) as EntitySnapshot<unknown> as EntityResult<Code>;
}
