import { use } from "react";
import type { EntityCode } from "../api/register.ts";
import type { ListOptions } from "../core/client-options.ts";
import { useClient } from "./SyncProvider.tsx";
import { alreadyLoaded, whenLoaded } from "./suspense-cache.ts";
import { type EntityListResult, useEntityList } from "./use-entity-list.ts";

/** A loaded list. Without rows it is empty. */
export type KnownEntityList<Code extends EntityCode> = EntityListResult<Code> & { readonly status: "ready" };

/**
 * `useEntityList` for views inside `<Suspense>`. It suspends while nothing is known, and throws to the error boundary when
 * nothing could be fetched.
 */
export function useSuspenseEntityList<Code extends EntityCode>(
  entityCode: Code,
  options?: ListOptions,
): KnownEntityList<Code> {
  const client = useClient();
  const result = useEntityList(entityCode, options);
  const list = client.list(entityCode, options);
  const loading = result.status === "loading";
  use(loading ? whenLoaded(client, `list ${list.spec.id}`, list) : alreadyLoaded);
  if (result.status === "error") throw result.error;
  // The compiler cannot see that `use` does not return while the status is "loading".
  return result as KnownEntityList<Code>;
}
