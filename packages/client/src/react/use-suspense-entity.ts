import { entityKey } from "@heliograph/shared/entity-key";
import { use } from "react";
import type { EntityCode } from "../api/register.ts";
import { useClient } from "./SyncProvider.tsx";
import { alreadyLoaded, whenLoaded } from "./suspense-cache.ts";
import { type EntityResult, useEntity } from "./use-entity.ts";

/** A row that is there or known to be gone. */
export type KnownEntity<Code extends EntityCode> = Extract<EntityResult<Code>, { status: "ready" | "gone" }>;

/**
 * `useEntity` for views inside a `<Suspense>`: suspends while the row is not known, and throws to the error boundary when
 * it cannot be read. Never "loading" or "error".
 */
export function useSuspenseEntity<Code extends EntityCode>(code: Code, id: string): KnownEntity<Code> {
  const client = useClient();
  const result = useEntity(code, id);
  const loading = result.status === "loading";
  use(loading ? whenLoaded(client, `row ${entityKey(code, id)}`, client.entity(code, id)) : alreadyLoaded);
  if (result.status === "error") throw result.error;
  // While it is "loading", `use` does not return; only the compiler cannot see that.
  return result as KnownEntity<Code>;
}
