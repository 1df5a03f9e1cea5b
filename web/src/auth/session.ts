/** The signed-in user, as the login endpoint returns it. */
export interface Person {
  readonly id: string;
  readonly email: string;
  readonly fname: string;
  readonly lname: string;
  readonly organizationId: string;
  readonly role: string;
}

export interface Session {
  readonly token: string;
  readonly expiresAt: string;
  readonly person: Person;
}

/** How a session ended. expired: the server refused to renew the token. left: the user signed out. */
export type Ended = "expired" | "left";

/**
 * The session state that all tabs share through localStorage. The reason for an end is stored with it: a tab that only
 * saw the session disappear could not tell whether to keep or to remove the user's unsent changes.
 */
export type StoredSession =
  | { readonly session: Session }
  | { readonly ended: "left" }
  /** With the user whose unsent changes are still on the device. */
  | { readonly ended: "expired"; readonly person: Person };

const key = "heliograph.session";

/** Remaining token lifetime at which the token is renewed, in ms. */
const renewalMarginMs = 5_000;

/** Milliseconds until the token should be renewed; negative if overdue. */
export function timeLeft(session: Session, now: number): number {
  return Date.parse(session.expiresAt) - renewalMarginMs - now;
}

function isPerson(value: unknown): value is Person {
  return typeof value === "object" && value !== null && typeof (value as Partial<Person>).id === "string";
}

function parseStored(value: unknown): StoredSession | null {
  if (typeof value !== "object" || value === null) return null;
  const { token, expiresAt, person, ended } = value as Partial<Session> & { ended?: unknown };
  if (ended === "left") return { ended };
  if (!isPerson(person)) return null;
  if (ended === "expired") return { ended, person };
  const isTime = typeof expiresAt === "string" && !Number.isNaN(Date.parse(expiresAt));
  return typeof token === "string" && isTime ? { session: { token, expiresAt, person } } : null;
}

/**
 * Reads the stored session, also one whose token has expired: offline, it still says whose rows are on this device.
 * Returns null if there is none, if storage is blocked, or if the stored value is not a session.
 */
export function readSession(storage: Pick<Storage, "getItem">): StoredSession | null {
  try {
    return parseStored(JSON.parse(storage.getItem(key) ?? "null"));
  } catch {
    return null;
  }
}

/**
 * Stores the session, or how it ended, for the next load and for other tabs. If storage is blocked, it lasts until
 * reload.
 */
export function writeSession(storage: Pick<Storage, "setItem">, stored: StoredSession): void {
  try {
    storage.setItem(key, JSON.stringify("session" in stored ? stored.session : stored));
  } catch {
    // Private windows of some browsers reject writes; the page works without storage.
  }
}

/** Whether a storage event concerns the session, because another tab signed in or out or cleared the storage. */
export function isSessionKey(name: string | null): boolean {
  return name === key || name === null;
}
