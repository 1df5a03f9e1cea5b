import type { DatabasePool } from "@heliograph/server-kit";
import { type Clock, systemClock } from "@heliograph/shared/clock";

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

/** The columns from which the hooks `identify` and `login` describe a member. */
export interface MemberRow {
  person_id: string;
  email: string;
  fname: string;
  lname: string;
  person_type: string;
  organization_id: string;
  role: string;
}

/**
 * Time for which a member is cached, and thus the longest delay of a change of name or role. Rights do not depend on the
 * cache: row level security reads them with every statement.
 */
const lifetimeMs = 60_000;
/** Most members that are cached, at about 300 B each. */
const maxEntries = 10_000;

/** Finds the member that a token identifies. Cached, because every request needs the member for the audit log. */
export class Directory {
  readonly #pool: DatabasePool;
  readonly #clock: Clock;
  readonly #cached = new Map<string, { member: Member; until: number }>();

  constructor(pool: DatabasePool, clock = systemClock) {
    this.#pool = pool;
    this.#clock = clock;
  }

  /** The member, from the cache if possible; undefined if the person does not belong to the organization. */
  async find(personId: string, organizationId: string): Promise<Member | undefined> {
    const cached = this.#cached.get(`${personId} ${organizationId}`);
    if (cached && cached.until > this.#clock.now()) return cached.member;
    return this.read(personId, organizationId);
  }

  /** Like `find`, but always from the database, for decisions that outlast the request. */
  async read(personId: string, organizationId: string): Promise<Member | undefined> {
    const key = `${personId} ${organizationId}`;
    this.#cached.delete(key);
    const { rows } = await this.#pool.query<MemberRow>(
      `select person_id, email, fname, lname, person_type, organization_id, role
         from ${this.#pool.names.schema}.identify($1, $2)`,
      [personId, organizationId],
    );
    const row = rows[0];
    if (!row) return undefined;
    const member = memberFromRow(row);
    this.#cache(key, member);
    return member;
  }

  #cache(key: string, member: Member): void {
    // A Map keeps the order of insertion, and all entries have the same lifetime, so the first one is the oldest.
    const [oldest] = this.#cached.keys();
    if (this.#cached.size >= maxEntries && oldest !== undefined) this.#cached.delete(oldest);
    this.#cached.set(key, { member, until: this.#clock.now() + lifetimeMs });
  }
}

export function memberFromRow(row: MemberRow): Member {
  return {
    id: row.person_id,
    email: row.email,
    fname: row.fname,
    lname: row.lname,
    personType: row.person_type,
    organizationId: row.organization_id,
    role: row.role,
  };
}

/** The fields of a member that REST answers contain. */
export function publicMember(member: Member): object {
  const { id, email, fname, lname, organizationId, role } = member;
  return { id, email, fname, lname, organizationId, role };
}
