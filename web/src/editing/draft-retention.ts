import { type Dispatch, type SetStateAction, useEffect, useRef, useState } from "react";
import { useAuth, usePerson } from "../auth/AuthProvider.tsx";

/**
 * What was being written when the session ran out, until the same person is back. In memory only: on a shared computer
 * nobody finds it later.
 */
const kept = new Map<string, unknown>();

/** After a sign-out by hand nothing is kept. */
export function clearRetainedDrafts(): void {
  kept.clear();
}

/** Where a person writes something: of each person separately, so that nobody is handed another one's words. */
export function useDraftKey(...path: readonly string[]): string {
  return [usePerson().id, ...path].join("/");
}

/** What was kept for this place, for the first drawing; it is forgotten once it is shown. */
export function retainedDraft<Draft>(place: string): Draft | undefined {
  // Only `useDraftRetention` writes to a place, and always what its own component keeps there.
  return kept.get(place) as Draft | undefined;
}

/** Keeps `draft` when the component goes because the session has ended. undefined: there is nothing to keep. */
export function useDraftRetention<Draft>(place: string, draft: Draft | undefined): void {
  const { getToken } = useAuth();
  const latest = useRef(draft);
  latest.current = draft;
  useEffect(() => {
    kept.delete(place);
    return () => {
      if (getToken() === null && latest.current !== undefined) kept.set(place, latest.current);
    };
  }, [place, getToken]);
}

/** A state that outlives the end of the session. `isEmpty` says when there is nothing worth keeping. */
export function useRetainedState<Value>(
  place: string,
  initial: Value,
  isEmpty: (value: Value) => boolean,
): [Value, Dispatch<SetStateAction<Value>>] {
  const [value, setValue] = useState(() => retainedDraft<Value>(place) ?? initial);
  useDraftRetention(place, isEmpty(value) ? undefined : value);
  return [value, setValue];
}
