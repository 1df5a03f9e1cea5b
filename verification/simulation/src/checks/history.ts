import type { CommittedVersion, SimDatabase } from "../database/database.ts";
import type { Person, Row } from "../database/rows.ts";

export type VersionRecord = CommittedVersion & {
  readonly committedMs: number;
  readonly incarnation: Incarnation;
};

/** A row from the commit of its creation to the commit of its deletion; another row may have the same id afterwards. */
type Incarnation = { readonly createdMs: number; endedMs: number };

type Interval = { readonly from: number; to: number };

/** Every committed version, and who could read it when. The checks compare with it. */
export class History {
  readonly #database: SimDatabase;
  readonly #people: readonly Person[];
  readonly #versions = new Map<string, Map<number, VersionRecord>>();
  readonly #latest = new Map<string, VersionRecord>();
  readonly #readable = new Map<string, Interval[]>();
  readonly #adminUntil = new Map<string, number>();
  /** When a failover last lost commits. */
  failoverMs = Number.NEGATIVE_INFINITY;

  constructor(database: SimDatabase, people: readonly Person[]) {
    this.#database = database;
    this.#people = people;
    database.onCommit = (versions, keys, reason) => {
      if (reason === "failover") this.failoverMs = database.nowMs;
      for (const version of versions) this.#recordVersion(version);
      if (reason === "failover") this.#reopenIncarnations();
      if (keys === "all") this.#recordAdmins();
      this.#recordReadable(keys === "all" ? [...this.#versions.keys()] : keys);
    };
  }

  version(key: string, version: number): VersionRecord | undefined {
    return this.#versions.get(key)?.get(version);
  }

  keys(): Iterable<string> {
    return this.#versions.keys();
  }

  row(key: string): Row | undefined {
    return this.#database.rows.get(key);
  }

  /** Whether the person could read any row under this id until then. */
  couldRead(person: Person, key: string, until: number): boolean {
    const intervals = this.#readable.get(nameOf(person, key)) ?? [];
    return intervals.some(({ from }) => from <= until);
  }

  /** Whether the person could read this incarnation of the row at some moment of the range. */
  couldReadIncarnation(person: Person, { key, incarnation }: VersionRecord, from: number, to: number): boolean {
    const intervals = this.#readable.get(nameOf(person, key)) ?? [];
    // Another incarnation may end or begin in the same commit; what was readable only then does not count.
    const overlaps = (interval: Interval): boolean =>
      interval.to > incarnation.createdMs && interval.from < incarnation.endedMs;
    return intervals.some((interval) => overlaps(interval) && interval.from <= to && interval.to >= from);
  }

  /**
   * Since when the row has looked to this person as it does now: the last commit of the row, or the last change of the
   * person's right to read it.
   */
  unchangedSince(person: Person, key: string): number {
    const interval = this.#readable.get(nameOf(person, key))?.at(-1);
    const rights = interval ? (interval.to === Number.POSITIVE_INFINITY ? interval.from : interval.to) : 0;
    return Math.max(rights, this.#latest.get(key)?.committedMs ?? 0);
  }

  /** Whether the person had, at any time since then, a right to the row that does not depend on its content: admin or grant. */
  hasUnconditionalRight({ personId, organizationId }: Person, entityCode: string, id: string, since: number): boolean {
    const name = `${personId} ${organizationId}`;
    return (
      (this.#adminUntil.get(name) ?? 0) >= since ||
      this.#database.hasGrant(entityCode, id, { personId, organizationId })
    );
  }

  /** Reopens the incarnations whose deletion a failover lost. */
  #reopenIncarnations(): void {
    for (const [key, row] of this.#database.rows) {
      const record = this.version(key, row.version);
      if (record) record.incarnation.endedMs = Number.POSITIVE_INFINITY;
    }
  }

  #recordAdmins(): void {
    for (const [name, until] of this.#adminUntil)
      if (until === Number.POSITIVE_INFINITY) this.#adminUntil.set(name, this.#database.nowMs);
    for (const [name, role] of this.#database.members)
      if (role === "admin") this.#adminUntil.set(name, Number.POSITIVE_INFINITY);
  }

  #recordVersion(committed: CommittedVersion): void {
    const { key, version } = committed;
    const before = this.#latest.get(key);
    const committedMs = this.#database.nowMs;
    const continues = before && before.incarnation.endedMs === Number.POSITIVE_INFINITY;
    const incarnation = continues ? before.incarnation : { createdMs: committedMs, endedMs: Number.POSITIVE_INFINITY };
    if (!committed.row) incarnation.endedMs = committedMs;
    const record = { ...committed, committedMs, incarnation };
    let versions = this.#versions.get(key);
    if (!versions) {
      versions = new Map();
      this.#versions.set(key, versions);
    }
    versions.set(version, record);
    this.#latest.set(key, record);
  }

  #recordReadable(keys: readonly string[]): void {
    const now = this.#database.nowMs;
    for (const person of this.#people) {
      for (const key of keys) {
        const name = nameOf(person, key);
        let intervals = this.#readable.get(name);
        if (!intervals) {
          intervals = [];
          this.#readable.set(name, intervals);
        }
        const open = intervals.at(-1)?.to === Number.POSITIVE_INFINITY ? intervals.at(-1) : undefined;
        const may = this.#database.mayRead(person, this.#database.rows.get(key));
        if (may && !open) intervals.push({ from: now, to: Number.POSITIVE_INFINITY });
        if (!may && open) open.to = now;
      }
    }
  }
}

const nameOf = ({ personId, organizationId }: Person, key: string): string => `${personId} ${organizationId} ${key}`;
