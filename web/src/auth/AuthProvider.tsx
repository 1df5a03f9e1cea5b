import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useRef, useState } from "react";
import {
  type Ended,
  isSessionKey,
  type Person,
  readSession,
  type Session,
  type StoredSession,
  writeSession,
} from "./session.ts";
import { exchangeToken, useSessionRenewal } from "./session-renewal.ts";

interface Auth {
  readonly person: Person | null;
  /** How the last session ended; null if there was none. */
  readonly ended: Ended | null;
  /** The user whose session expired and whose local data stays on the device. */
  readonly expired: Person | null;
  readonly getToken: () => string | null;
  /**
   * Exchanges the token for one that expires later. Resolves with null if the server refuses, which ends the session,
   * or if the user signed out meanwhile. Rejects if the server cannot be reached; the session then continues.
   */
  readonly renewToken: () => Promise<string | null>;
  readonly signIn: (session: Session) => void;
  /** Signs out and removes the user's data from the device. */
  readonly signOut: () => void;
}

const AuthContext = createContext<Auth | null>(null);

export function useAuth(): Auth {
  const auth = useContext(AuthContext);
  if (!auth) throw new Error("useAuth requires an AuthProvider above it.");
  return auth;
}

/** The signed-in user. Only for pages behind sign-in. */
export function usePerson(): Person {
  const { person } = useAuth();
  if (!person) throw new Error("usePerson requires a signed-in user.");
  return person;
}

export function AuthProvider({ children }: { children: ReactNode }) {
  const [stored, setStored] = useState<StoredSession | null>(() => readSession(localStorage));
  const current = useRef(stored);
  const session = sessionOf(stored);

  const apply = useCallback((next: StoredSession | null) => {
    const before = sessionOf(current.current);
    const after = sessionOf(next);
    // Another tab wrote the session that this tab already has: skip the render.
    if (before && after && before.token === after.token && before.expiresAt === after.expiresAt) return;
    current.current = next;
    setStored(next);
  }, []);
  const store = useCallback(
    (next: StoredSession) => {
      writeSession(localStorage, next);
      apply(next);
    },
    [apply],
  );
  const signIn = useCallback((next: Session) => store({ session: next }), [store]);
  const signOut = useCallback(() => {
    if (sessionOf(current.current)) store({ ended: "left" });
  }, [store]);

  useEffect(() => {
    const follow = (event: StorageEvent) => {
      if (!isSessionKey(event.key)) return;
      const before = sessionOf(current.current);
      // The entry was cleared by the browser or by hand. The user did not sign out, so their local data stays.
      apply(readSession(localStorage) ?? (before ? { ended: "expired", person: before.person } : current.current));
    };
    window.addEventListener("storage", follow);
    return () => window.removeEventListener("storage", follow);
  }, [apply]);

  // Read for each request: a token captured by an effect would outlive a new sign-in.
  const getToken = useCallback(() => sessionOf(current.current)?.token ?? null, []);
  const renewToken = useRenewToken(current, apply, store);
  useSessionRenewal(session, renewToken);

  const person = session?.person ?? null;
  const ended = stored && "ended" in stored ? stored.ended : null;
  const expired = stored && "ended" in stored && stored.ended === "expired" ? stored.person : null;
  const auth = useMemo(
    () => ({ person, ended, expired, getToken, renewToken, signIn, signOut }),
    [person, ended, expired, getToken, renewToken, signIn, signOut],
  );
  return <AuthContext.Provider value={auth}>{children}</AuthContext.Provider>;
}

function sessionOf(stored: StoredSession | null): Session | null {
  return stored && "session" in stored ? stored.session : null;
}

/**
 * Renews the token in a single flight: when a device returns from sleep, the client and the renewal timer ask at the same moment.
 */
function useRenewToken(
  current: { readonly current: StoredSession | null },
  apply: (next: StoredSession | null) => void,
  store: (next: StoredSession) => void,
): () => Promise<string | null> {
  const running = useRef<Promise<string | null>>(undefined);
  return useCallback(() => {
    const token = () => sessionOf(current.current)?.token ?? null;
    const renew = async () => {
      const before = sessionOf(current.current);
      if (!before) return null;
      const adoptNewer = () => {
        // A tab that was suspended missed what other tabs did; its old token must not end their session.
        apply(readSession(localStorage) ?? current.current);
        return sessionOf(current.current) !== before;
      };
      if (adoptNewer()) return token();
      const next = await exchangeToken(before);
      // While the request was in flight, another tab may have renewed the token or the user signed in or out; that
      // wins.
      if (adoptNewer()) return token();
      store(next ? { session: next } : { ended: "expired", person: before.person });
      return token();
    };
    running.current ??= renew().finally(() => {
      running.current = undefined;
    });
    return running.current;
  }, [current, apply, store]);
}
