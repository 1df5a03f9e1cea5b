import { useEffect } from "react";
import type { EntityCode } from "../api/register.ts";
import type { SubscribeOptions } from "../core/client-options.ts";
import { useClient } from "./SyncProvider.tsx";

/** Keeps these rows live while the component is mounted. `entityIds` may be a new array in every render. */
export function useAutoSubscribe(
  entityCode: EntityCode,
  entityIds: readonly string[],
  options?: SubscribeOptions,
): void {
  const client = useClient();
  const key = JSON.stringify(entityIds);
  const within = options?.within ?? false;
  useEffect(() => {
    const ids = JSON.parse(key) as string[];
    if (ids.length === 0) return;
    // A released subscription lingers, so rows in both the old and the new set are not interrupted.
    return client.subscribe(entityCode, ids, { within });
  }, [client, entityCode, key, within]);
}
