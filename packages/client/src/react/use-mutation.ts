import { useCallback, useMemo, useState } from "react";
import type { Columns, Entity, EntityCode } from "../api/register.ts";
import type { Written } from "../outbox/mutations.ts";
import { useClient } from "./SyncProvider.tsx";

export interface Mutation<Code extends EntityCode> {
  /** Creates a row. A key of type uuid or text is generated unless `doc` contains it. */
  readonly create: (doc: Partial<Columns<Code>>) => Promise<Written<Entity<Code>>>;
  /** Changes columns, based on the row that is shown. */
  readonly update: (entityId: string, changes: Partial<Columns<Code>>) => Promise<Written<Entity<Code>>>;
  readonly remove: (entityId: string) => Promise<Written<Entity<Code>>>;
  /** A write of this component is being stored on the device. That takes milliseconds, with or without network. */
  readonly pending: boolean;
  /** Why the latest write of this component failed, until the next one starts. It is in `useAttention` too. */
  readonly error: Error | undefined;
}

/**
 * Writes rows of one entity type. The promises resolve when the write is shown and stored on the device; `confirmed` of
 * their results resolves when the server has acknowledged it.
 */
export function useMutation<Code extends EntityCode>(entityCode: Code): Mutation<Code> {
  const { mutations } = useClient();
  const [running, setRunning] = useState(0);
  const [error, setError] = useState<Error>();
  const track = useCallback(async (work: Promise<Written>): Promise<Written<Entity<Code>>> => {
    setRunning((count) => count + 1);
    setError(undefined);
    try {
      const written = await work;
      written.confirmed.catch((cause: unknown) => setError(toError(cause)));
      // The row has the shape that the application registered for this entity code.
      return written as Written<unknown> as Written<Entity<Code>>;
    } catch (cause) {
      setError(toError(cause));
      throw cause;
    } finally {
      setRunning((count) => count - 1);
    }
  }, []);
  const writes = useMemo(
    () => ({
      create: (doc: Partial<Columns<Code>>) => track(mutations.create(entityCode, { ...doc })),
      update: (entityId: string, changes: Partial<Columns<Code>>) =>
        track(mutations.update(entityCode, entityId, { ...changes })),
      remove: (entityId: string) => track(mutations.remove(entityCode, entityId)),
    }),
    [mutations, entityCode, track],
  );
  return useMemo(() => ({ ...writes, pending: running > 0, error }), [writes, running, error]);
}

function toError(cause: unknown): Error {
  return cause instanceof Error ? cause : new Error(String(cause), { cause });
}
