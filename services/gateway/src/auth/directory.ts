import type { DatabasePool } from "@heliograph/server-kit";

/** A person as a member of one organization. */
export interface Member {
  readonly id: string;
  readonly email: string;
  readonly fname: string;
  readonly lname: string;
  readonly personType: string;
  readonly organizationId: string;
  readonly role: string;
}

interface MemberRow {
  person_id: string;
  email: string;
  fname: string;
  lname: string;
  person_type: string;
  organization_id: string;
  role: string;
}

/** How long a change of name or role may stay unseen here. Rights do not depend on it: row level security asks anew. */
const lifetimeMs = 60_000;
/** About 300 B each. */
const maxEntries = 10_000;

/** Looks up who a token speaks for, and remembers it for a minute: it is written into the log with each change. */
export class Directory {
  readonly #pool: DatabasePool;
  readonly #now: () => number;
  readonly #known = new Map<string, { member: Member; until: number }>();

  constructor(pool: DatabasePool, now: () => number = () => performance.now()) {
    this.#pool = pool;
    this.#now = now;
  }

  /** Undefined when the person does not belong to the organization (any more). */
  async find(personId: string, organizationId: string): Promise<Member | undefined> {
    const known = this.#known.get(`${personId} ${organizationId}`);
    if (known && known.until > this.#now()) return known.member;
    return this.findNow(personId, organizationId);
  }

  /** As `find`, and never from memory: for decisions that last longer than a request. */
  async findNow(personId: string, organizationId: string): Promise<Member | undefined> {
    const key = `${personId} ${organizationId}`;
    this.#known.delete(key);
    const { rows } = await this.#pool.query<MemberRow>(
      `select person_id, email, fname, lname, person_type, organization_id, role
         from ${this.#pool.names.schema}.identify($1, $2)`,
      [personId, organizationId],
    );
    const row = rows[0];
    if (!row) return undefined;
    const member = {
      id: row.person_id,
      email: row.email,
      fname: row.fname,
      lname: row.lname,
      personType: row.person_type,
      organizationId: row.organization_id,
      role: row.role,
    };
    this.#remember(key, member);
    return member;
  }

  #remember(key: string, member: Member): void {
    // A Map keeps the order of insertion, and all entries live equally long: the first one is the oldest.
    const [oldest] = this.#known.keys();
    if (this.#known.size >= maxEntries && oldest !== undefined) this.#known.delete(oldest);
    this.#known.set(key, { member, until: this.#now() + lifetimeMs });
  }
}

/** A person in answers. */
export function publicMember(member: Member): object {
  const { id, email, fname, lname, organizationId, role } = member;
  return { id, email, fname, lname, organizationId, role };
}
