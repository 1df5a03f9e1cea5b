import { useEffect } from "react";
import type { EntityCode } from "../api/register.ts";
import type { SubscribeOptions } from "../core/client-options.ts";
import { useClient } from "./SyncProvider.tsx";

/** Keeps these rows live as long as the component is mounted. The ids may be a new array in every render. */
export function useAutoSubscribe(code: EntityCode, ids: readonly string[], options?: SubscribeOptions): void {
  const client = useClient();
  const key = ids.join(",");
  const within = options?.within ?? false;
  useEffect(() => {
    if (key === "") return;
    // The linger of a released subscription bridges the moment between two sets of ids.
    return client.subscribe(code, key.split(","), { within });
  }, [client, code, key, within]);
}
