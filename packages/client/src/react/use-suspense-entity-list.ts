import { use } from "react";
import type { EntityCode } from "../api/register.ts";
import type { ListOptions } from "../core/client-options.ts";
import { useClient } from "./SyncProvider.tsx";
import { alreadyLoaded, whenLoaded } from "./suspense-cache.ts";
import { type EntityListResult, useEntityList } from "./use-entity-list.ts";

/** A list that is there; without rows it is empty, not unknown. */
export type KnownEntityList<Code extends EntityCode> = EntityListResult<Code> & { readonly status: "ready" };

/**
 * `useEntityList` for views inside a `<Suspense>`: suspends until there is something to show, and throws to the error
 * boundary when there is nothing and the reading failed.
 */
export function useSuspenseEntityList<Code extends EntityCode>(
  code: Code,
  options?: ListOptions,
): KnownEntityList<Code> {
  const client = useClient();
  const result = useEntityList(code, options);
  const list = client.list(code, options);
  const loading = result.status === "loading";
  use(loading ? whenLoaded(client, `list ${list.spec.id}`, list) : alreadyLoaded);
  if (result.status === "error") throw result.error;
  // While it is "loading", `use` does not return; only the compiler cannot see that.
  return result as KnownEntityList<Code>;
}
