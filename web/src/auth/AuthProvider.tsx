import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useRef, useState } from "react";
import { type Ended, isSessionKey, type Kept, type Person, readKept, type Session, writeKept } from "./session.ts";
import { exchange, useSessionRenewal } from "./session-renewal.ts";

interface Auth {
  readonly person: Person | null;
  /** How the last session ended; null when there was none. */
  readonly ended: Ended | null;
  /** Whose session has expired, and who is expected back. */
  readonly absent: Person | null;
  readonly getToken: () => string | null;
  /**
   * Exchanges the token for one that lives longer; null when the server gives none, which ends the session, or somebody
   * signed out meanwhile. Rejects when the server cannot be asked now, which ends nothing.
   */
  readonly renewToken: () => Promise<string | null>;
  readonly signIn: (session: Session) => void;
  /** By hand: what is on the device of this person goes. */
  readonly signOut: () => void;
}

const AuthContext = createContext<Auth | null>(null);

export function useAuth(): Auth {
  const auth = useContext(AuthContext);
  if (!auth) throw new Error("useAuth needs an AuthProvider above it.");
  return auth;
}

/** The signed-in person; only for pages behind the sign-in. */
export function usePerson(): Person {
  const { person } = useAuth();
  if (!person) throw new Error("usePerson is for pages that need a signed-in person.");
  return person;
}

export function AuthProvider({ children }: { children: ReactNode }) {
  const [kept, setKept] = useState<Kept | null>(() => readKept(localStorage));
  const current = useRef(kept);
  const session = sessionOf(kept);

  const take = useCallback((next: Kept | null) => {
    const before = sessionOf(current.current);
    const after = sessionOf(next);
    // The same session once more, as another tab's write: nothing needs to be drawn again.
    if (before && after && before.token === after.token && before.expiresAt === after.expiresAt) return;
    current.current = next;
    setKept(next);
  }, []);
  const put = useCallback(
    (next: Kept) => {
      writeKept(localStorage, next);
      take(next);
    },
    [take],
  );
  const signIn = useCallback((next: Session) => put({ session: next }), [put]);
  const signOut = useCallback(() => {
    if (sessionOf(current.current)) put({ ended: "left" });
  }, [put]);

  useEffect(() => {
    const follow = (event: StorageEvent) => {
      if (!isSessionKey(event.key)) return;
      const before = sessionOf(current.current);
      // Removed by the browser or by hand, without a word why: nobody signed out, so nothing of theirs is removed.
      take(readKept(localStorage) ?? (before ? { ended: "expired", person: before.person } : current.current));
    };
    window.addEventListener("storage", follow);
    return () => window.removeEventListener("storage", follow);
  }, [take]);

  // Read at the time of each request: a token captured by an effect would outlive a new sign-in.
  const getToken = useCallback(() => sessionOf(current.current)?.token ?? null, []);
  const renewToken = useRenewToken(current, take, put);
  useSessionRenewal(session, renewToken);

  const person = session?.person ?? null;
  const ended = kept && "ended" in kept ? kept.ended : null;
  const absent = kept && "ended" in kept && kept.ended === "expired" ? kept.person : null;
  const auth = useMemo(
    () => ({ person, ended, absent, getToken, renewToken, signIn, signOut }),
    [person, ended, absent, getToken, renewToken, signIn, signOut],
  );
  return <AuthContext.Provider value={auth}>{children}</AuthContext.Provider>;
}

function sessionOf(kept: Kept | null): Session | null {
  return kept && "session" in kept ? kept.session : null;
}

/** One exchange at a time: the client and the clock ask in the same moment when a device wakes. */
function useRenewToken(
  current: { readonly current: Kept | null },
  take: (next: Kept | null) => void,
  put: (next: Kept) => void,
): () => Promise<string | null> {
  const running = useRef<Promise<string | null>>(undefined);
  return useCallback(() => {
    const token = () => sessionOf(current.current)?.token ?? null;
    const renew = async () => {
      const before = sessionOf(current.current);
      if (!before) return null;
      const adopt = () => {
        // A tab that slept learns late what others did: its own old token must not end their session.
        take(readKept(localStorage) ?? current.current);
        return sessionOf(current.current) !== before;
      };
      if (adopt()) return token();
      const next = await exchange(before);
      // Another tab may have renewed, or somebody signed out or in, while the answer was under way: that came last.
      if (adopt()) return token();
      put(next ? { session: next } : { ended: "expired", person: before.person });
      return token();
    };
    running.current ??= renew().finally(() => {
      running.current = undefined;
    });
    return running.current;
  }, [current, take, put]);
}
