import { entityKey } from "@heliograph/shared/entity-key";
import { use } from "react";
import type { EntityCode } from "../api/register.ts";
import { useClient } from "./SyncProvider.tsx";
import { alreadyLoaded, whenLoaded } from "./suspense-cache.ts";
import { type EntityResult, useEntity } from "./use-entity.ts";

/** A row that is loaded or known to be gone. */
export type KnownEntity<Code extends EntityCode> = Extract<EntityResult<Code>, { status: "ready" | "gone" }>;

/**
 * `useEntity` for views inside `<Suspense>`. It suspends while the row is unknown, and throws to the error boundary when
 * it could not be fetched. The status is never "loading" or "error".
 */
export function useSuspenseEntity<Code extends EntityCode>(entityCode: Code, entityId: string): KnownEntity<Code> {
  const client = useClient();
  const result = useEntity(entityCode, entityId);
  const loading = result.status === "loading";
  use(
    loading
      ? whenLoaded(client, `row ${entityKey(entityCode, entityId)}`, client.entity(entityCode, entityId))
      : alreadyLoaded,
  );
  if (result.status === "error") throw result.error;
  // The compiler cannot see that `use` does not return while the status is "loading".
  return result as KnownEntity<Code>;
}
