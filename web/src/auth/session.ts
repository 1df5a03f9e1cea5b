/** The signed-in person, as the login answers. */
export type Person = {
  readonly id: string;
  readonly email: string;
  readonly fname: string;
  readonly lname: string;
  readonly organizationId: string;
  readonly role: string;
};

export type Session = { readonly token: string; readonly expiresAt: string; readonly person: Person };

const key = "heliograph.session";

/** How much of a token's life must be left for it to be worth using, in milliseconds. */
const margin = 5_000;

export function isFresh(session: Session, now: number): boolean {
  return Date.parse(session.expiresAt) - margin > now;
}

function isSession(value: unknown): value is Session {
  if (typeof value !== "object" || value === null) return false;
  const entry = value as Partial<Session>;
  return typeof entry.token === "string" && typeof entry.expiresAt === "string" && typeof entry.person?.id === "string";
}

/** The kept session, if it is still good. Storage may be forbidden or hold anything: both mean signed out. */
export function readSession(storage: Pick<Storage, "getItem">, now: number): Session | null {
  try {
    const value: unknown = JSON.parse(storage.getItem(key) ?? "null");
    return isSession(value) && isFresh(value, now) ? value : null;
  } catch {
    return null;
  }
}

/** Keeps the session for the next load, or forgets it. Where storage is forbidden it lives as long as the page. */
export function writeSession(storage: Pick<Storage, "setItem" | "removeItem">, session: Session | null): void {
  try {
    if (session) storage.setItem(key, JSON.stringify(session));
    else storage.removeItem(key);
  } catch {
    // Private windows of some browsers refuse to write; the page works without.
  }
}

/** Whether a storage event is about the session: another tab signed in or out. */
export function isSessionKey(name: string | null): boolean {
  return name === key || name === null;
}
