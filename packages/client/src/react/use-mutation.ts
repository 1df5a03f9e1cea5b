import { useCallback, useMemo, useState } from "react";
import type { Entity, EntityCode } from "../register.ts";
import { useClient } from "./SyncProvider.tsx";

export type Mutation<Code extends EntityCode> = {
  /** Creates a row; its id is made here unless given. */
  readonly create: (doc: Partial<Entity<Code>>) => Promise<Entity<Code>>;
  /** Changes columns, based on the version held; a `ConflictError` carries the row that was there first. */
  readonly update: (id: string, changes: Partial<Entity<Code>>) => Promise<Entity<Code>>;
  readonly remove: (id: string) => Promise<void>;
  /** A write of this component is under way. */
  readonly pending: boolean;
  /** Why the latest write of this component failed, until the next one starts. */
  readonly error: Error | undefined;
};

/** Writes rows of one type. The promises reject with an `ApiError`, which `error` repeats for the view. */
export function useMutation<Code extends EntityCode>(code: Code): Mutation<Code> {
  const { mutations } = useClient();
  const [running, setRunning] = useState(0);
  const [error, setError] = useState<Error>();
  const track = useCallback(async <Answer>(work: Promise<unknown>): Promise<Answer> => {
    setRunning((count) => count + 1);
    setError(undefined);
    try {
      // The API answers with the row of this code; the registered map says what that is.
      return (await work) as Answer;
    } catch (cause) {
      setError(cause instanceof Error ? cause : new Error(String(cause), { cause }));
      throw cause;
    } finally {
      setRunning((count) => count - 1);
    }
  }, []);
  const writes = useMemo(
    () => ({
      create: (doc: Partial<Entity<Code>>) => track<Entity<Code>>(mutations.create(code, { ...doc })),
      update: (id: string, changes: Partial<Entity<Code>>) =>
        track<Entity<Code>>(mutations.update(code, id, { ...changes })),
      remove: (id: string) => track<void>(mutations.remove(code, id)),
    }),
    [mutations, code, track],
  );
  return useMemo(() => ({ ...writes, pending: running > 0, error }), [writes, running, error]);
}
