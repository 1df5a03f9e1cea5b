/** The signed-in person, as the login answers. */
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

/** How a session ended: the server gave no other token, or its person left and takes everything along. */
export type Ended = "expired" | "left";

/**
 * What all tabs go by. The reason for an end is written down with it: a tab that only saw the session vanish could not
 * tell whether what its person has not sent is to be kept or to be removed.
 */
export type Kept =
  | { readonly session: Session }
  | { readonly ended: "left" }
  /** With whoever comes back, and whose unsent changes are still here. */
  | { readonly ended: "expired"; readonly person: Person };

const key = "heliograph.session";

/** A token is exchanged when less than this is left of it, in milliseconds. */
const margin = 5_000;

/** Milliseconds until the token should be exchanged; negative when that is overdue. */
export function timeLeft(session: Session, now: number): number {
  return Date.parse(session.expiresAt) - margin - now;
}

function isPerson(value: unknown): value is Person {
  return typeof value === "object" && value !== null && typeof (value as Partial<Person>).id === "string";
}

function readValue(value: unknown): Kept | null {
  if (typeof value !== "object" || value === null) return null;
  const { token, expiresAt, person, ended } = value as Partial<Session> & { ended?: unknown };
  if (ended === "left") return { ended };
  if (!isPerson(person)) return null;
  if (ended === "expired") return { ended, person };
  const isTime = typeof expiresAt === "string" && !Number.isNaN(Date.parse(expiresAt));
  return typeof token === "string" && isTime ? { session: { token, expiresAt, person } } : null;
}

/**
 * The kept session, also one whose token has ended: without a network it still says whose rows are on this device. null
 * when nothing is known: storage may be forbidden or hold anything.
 */
export function readKept(storage: Pick<Storage, "getItem">): Kept | null {
  try {
    return readValue(JSON.parse(storage.getItem(key) ?? "null"));
  } catch {
    return null;
  }
}

/** Keeps the session, or how it ended, for the next load and the other tabs. Where storage is forbidden it lives as long as the page. */
export function writeKept(storage: Pick<Storage, "setItem">, kept: Kept): void {
  try {
    storage.setItem(key, JSON.stringify("session" in kept ? kept.session : kept));
  } catch {
    // Private windows of some browsers refuse to write; the page works without.
  }
}

/** Whether a storage event is about the session: another tab signed in or out. */
export function isSessionKey(name: string | null): boolean {
  return name === key || name === null;
}
