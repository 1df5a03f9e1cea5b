import { useCallback, useMemo, useSyncExternalStore } from "react";
import type { Entity, EntityCode } from "../api/register.ts";
import type { ListOptions } from "../core/client-options.ts";
import type { ListSnapshot } from "../lists/list-snapshot.ts";
import { useClient } from "./SyncProvider.tsx";

export type EntityListResult<Code extends EntityCode> = ListSnapshot<Entity<Code>>;

const none: ListOptions = {};

/**
 * A live list. Membership and order come from the server, rows from the store, and new rows through the container. The
 * options may be a new object in every render; only their content counts.
 */
export function useEntityList<Code extends EntityCode>(
  entityCode: Code,
  options: ListOptions = none,
): EntityListResult<Code> {
  const client = useClient();
  const key = JSON.stringify(options);
  const list = useMemo(() => client.list(entityCode, JSON.parse(key) as ListOptions), [client, entityCode, key]);
  const subscribe = useCallback((listener: () => void) => list.subscribe(listener), [list]);
  const read = useCallback(() => list.snapshot(), [list]);
  // The rows have the shape that the application registered for this entity code.
  return useSyncExternalStore(subscribe, read, read) as ListSnapshot<unknown> as EntityListResult<Code>;
}
