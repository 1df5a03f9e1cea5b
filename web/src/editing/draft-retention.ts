import { type Dispatch, type SetStateAction, useEffect, useRef, useState } from "react";
import { useAuth, usePerson } from "../auth/AuthProvider.tsx";

/**
 * Drafts that were open when the session expired, until the same user signs in again. In memory only, so that a shared
 * computer keeps no trace of them.
 */
const retained = new Map<string, unknown>();

/** Drops all retained drafts, as on sign-out. */
export function clearRetainedDrafts(): void {
  retained.clear();
}

/** The key of a draft. It contains the user's id, so that no user sees the draft of another. */
export function useDraftKey(...path: readonly string[]): string {
  return [usePerson().id, ...path].join("/");
}

/** The retained draft for a key, for the initial state of a component. Mounting the component removes it. */
export function retainedDraft<Draft>(key: string): Draft | undefined {
  // Only `useDraftRetention` writes a key, always with the draft type of its own component.
  return retained.get(key) as Draft | undefined;
}

/** Retains `draft` if the component unmounts because the session has expired. undefined means that there is none. */
export function useDraftRetention<Draft>(key: string, draft: Draft | undefined): void {
  const { getToken } = useAuth();
  const latest = useRef(draft);
  latest.current = draft;
  useEffect(() => {
    retained.delete(key);
    return () => {
      if (getToken() === null && latest.current !== undefined) retained.set(key, latest.current);
    };
  }, [key, getToken]);
}

/** A state that survives the expiry of the session. `isEmpty` tells whether a value is not worth retaining. */
export function useRetainedState<Value>(
  key: string,
  initial: Value,
  isEmpty: (value: Value) => boolean,
): [Value, Dispatch<SetStateAction<Value>>] {
  const [value, setValue] = useState(() => retainedDraft<Value>(key) ?? initial);
  useDraftRetention(key, isEmpty(value) ? undefined : value);
  return [value, setValue];
}
