import { useCallback, useMemo, useState } from "react";
import type { Entity, EntityCode } from "../api/register.ts";
import type { Written } from "../outbox/mutations.ts";
import { useClient } from "./SyncProvider.tsx";

export type Mutation<Code extends EntityCode> = {
  /** Creates a row; its id is made here unless given. */
  readonly create: (doc: Partial<Entity<Code>>) => Promise<Written<Entity<Code>>>;
  /** Changes columns, on top of what is shown. */
  readonly update: (id: string, changes: Partial<Entity<Code>>) => Promise<Written<Entity<Code>>>;
  readonly remove: (id: string) => Promise<Written<Entity<Code>>>;
  /** A write of this component is not kept on the device yet: a matter of milliseconds, with or without network. */
  readonly pending: boolean;
  /** Why the server refused the latest write of this component; until the next one starts. It is in `useAttention` too. */
  readonly error: Error | undefined;
};

/**
 * Writes rows of one type. The promises resolve when the write is shown and kept on the device; `confirmed` of their
 * results when the server has acknowledged it.
 */
export function useMutation<Code extends EntityCode>(code: Code): Mutation<Code> {
  const { mutations } = useClient();
  const [running, setRunning] = useState(0);
  const [error, setError] = useState<Error>();
  const track = useCallback(async (work: Promise<Written>): Promise<Written<Entity<Code>>> => {
    setRunning((count) => count + 1);
    setError(undefined);
    try {
      const written = await work;
      written.confirmed.catch((cause: unknown) => setError(toError(cause)));
      // The API answers with the row of this code; the registered map says what that is.
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
      create: (doc: Partial<Entity<Code>>) => track(mutations.create(code, { ...doc })),
      update: (id: string, changes: Partial<Entity<Code>>) => track(mutations.update(code, id, { ...changes })),
      remove: (id: string) => track(mutations.remove(code, id)),
    }),
    [mutations, code, track],
  );
  return useMemo(() => ({ ...writes, pending: running > 0, error }), [writes, running, error]);
}

function toError(cause: unknown): Error {
  return cause instanceof Error ? cause : new Error(String(cause), { cause });
}
