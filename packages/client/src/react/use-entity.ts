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
 * One row, live: from the store at once, read when it is missing, subscribed while the component is mounted.
 *
 * @param id undefined while it is not known yet; the result is then "loading"
 */
export function useEntity<Code extends EntityCode>(code: Code, id: string | null | undefined): EntityResult<Code> {
  const client = useClient();
  const resource = useMemo(() => (id ? client.entity(code, id) : undefined), [client, code, id]);
  const subscribe = useCallback((listener: () => void) => resource?.subscribe(listener) ?? (() => {}), [resource]);
  const read = useCallback(() => resource?.snapshot() ?? idle, [resource]);
  // The store holds what the API sent for this code; the registered map says what that is.
  return useSyncExternalStore(subscribe, read, read) as EntitySnapshot<unknown> as EntityResult<Code>;
}
