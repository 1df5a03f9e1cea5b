import { createApiClient } from "@heliograph/client";
import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useRef, useState } from "react";
import { config } from "../config.ts";
import { isSessionKey, type Person, readSession, type Session, writeSession } from "./session.ts";

export type Auth = {
  readonly person: Person | null;
  /** Why the last session ended, for the sign-in page; null after a sign-out by hand. */
  readonly ended: "expired" | null;
  readonly getToken: () => string | null;
  /** Exchanges the token for one that lives longer; null when the server gives none or somebody signed out meanwhile. */
  readonly renewToken: () => Promise<string | null>;
  readonly signIn: (session: Session) => void;
  readonly signOut: (reason?: "expired") => void;
};

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

/** Longest delay that a timer can hold, in milliseconds; a longer one would fire at once. */
const longestTimer = 2_147_483_647;

export function AuthProvider({ children }: { children: ReactNode }) {
  const [session, setSession] = useState<Session | null>(() => readSession(localStorage, Date.now()));
  const [ended, setEnded] = useState<"expired" | null>(null);
  const current = useRef(session);

  const replace = useCallback((next: Session | null, reason: "expired" | null) => {
    current.current = next;
    setSession(next);
    setEnded(reason);
  }, []);

  const signIn = useCallback(
    (next: Session) => {
      writeSession(localStorage, next);
      replace(next, null);
    },
    [replace],
  );

  const signOut = useCallback(
    (reason?: "expired") => {
      if (!current.current) return;
      writeSession(localStorage, null);
      replace(null, reason ?? null);
    },
    [replace],
  );

  useEffect(() => {
    if (!session) return;
    const left = Math.min(Math.max(0, Date.parse(session.expiresAt) - Date.now()), longestTimer);
    const timer = setTimeout(() => signOut("expired"), left);
    return () => clearTimeout(timer);
  }, [session, signOut]);

  useEffect(() => {
    const follow = (event: StorageEvent) => {
      if (isSessionKey(event.key)) replace(readSession(localStorage, Date.now()), null);
    };
    window.addEventListener("storage", follow);
    return () => window.removeEventListener("storage", follow);
  }, [replace]);

  // Read at the time of each request: a token captured by an effect would outlive a new sign-in.
  const getToken = useCallback(() => current.current?.token ?? null, []);
  const renewToken = useCallback(async () => {
    const before = current.current;
    if (!before) return null;
    const next = (await createApiClient({ baseUrl: config.apiUrl, getToken }).renew()) as Session;
    // Another tab may have renewed, or somebody signed out or in, while the answer was under way: that came last.
    if (current.current !== before) return current.current?.token ?? null;
    writeSession(localStorage, next);
    replace(next, null);
    return next.token;
  }, [getToken, replace]);
  const person = session?.person ?? null;
  const auth = useMemo(
    () => ({ person, ended, getToken, renewToken, signIn, signOut }),
    [person, ended, getToken, renewToken, signIn, signOut],
  );
  return <AuthContext.Provider value={auth}>{children}</AuthContext.Provider>;
}
