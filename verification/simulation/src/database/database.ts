import { personContainer, tenantContainer } from "@heliograph/shared/container";
import type { Scheduler } from "../engine/scheduler.ts";
import { uuid } from "../engine/simulated-globals.ts";
import { ChangeLog, entryOf, type LogEntry, rightsEntry } from "./change-log.ts";
import { containersOf, microseconds, type Person, type Row, rowKey } from "./rows.ts";
import { SessionTables } from "./sessions.ts";

export type Role = "admin" | "member";
type Lease = { leader: string | undefined; untilMs: number; epoch: string; timeline: number };

/** Everything that is durable and replicated to a standby. */
type DurableState = {
  rows: Map<string, Row>;
  grants: Set<string>;
  members: Map<string, Role>;
  log: ChangeLog;
  tables: SessionTables;
  lease: Lease;
};

class NotLeading extends Error {
  readonly code = "HG001";
}

/** A transaction of a writer: its changes become visible when it commits. */
export type Transaction = {
  readonly rows: Map<string, Row | undefined>;
  /** Grants that the transaction adds (true) or deletes, by `grantKey`. */
  readonly grants: Map<string, boolean>;
  readonly versions: CommittedVersion[];
  readonly entries: LogEntry[];
};

/** A committed version. `createdMs`: when its statement ran. */
export type CommittedVersion = {
  readonly key: string;
  readonly version: number;
  readonly row: Row | undefined;
  readonly createdMs: number;
};

/** Called for every commit with the new versions and the keys of entities whose readers may have changed. */
export type CommitListener = (
  versions: readonly CommittedVersion[],
  keys: readonly string[] | "all",
  reason: "commit" | "failover",
) => void;

/**
 * The parts of PostgreSQL that the system depends on: transactions that commit late, versions that never restart, the log and
 * its claims, leases, sessions, row level security, crashes and failovers. Each statement takes effect at one instant.
 */
export class SimDatabase {
  readonly #scheduler: Scheduler;
  readonly #locks = new Map<string, Transaction>();
  readonly #open = new Set<Transaction>();
  #content: DurableState;
  #order = 0;
  /** Number of crashes. Statements that were in flight during a crash are lost. */
  crashes = 0;
  up = true;
  timeline = 1;
  onCommit: CommitListener = () => undefined;

  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler;
    this.#content = {
      rows: new Map(),
      grants: new Set(),
      members: new Map(),
      log: new ChangeLog(),
      tables: new SessionTables(),
      lease: { leader: undefined, untilMs: Number.NEGATIVE_INFINITY, epoch: uuid(), timeline: 1 },
    };
  }

  get nowMs(): number {
    return this.#scheduler.now;
  }

  get log(): ChangeLog {
    return this.#content.log;
  }

  get tables(): SessionTables {
    return this.#content.tables;
  }

  get lease(): Lease {
    return this.#content.lease;
  }

  get rows(): ReadonlyMap<string, Row> {
    return this.#content.rows;
  }

  get members(): ReadonlyMap<string, Role> {
    return this.#content.members;
  }

  hasGrant(entityCode: string, id: string, person: Person): boolean {
    return this.#content.grants.has(grantKey(entityCode, id, person));
  }

  /** Persons with a grant for the row, as the transaction sees it. */
  grantedFor(transaction: Transaction, key: string): Person[] {
    const added = [...transaction.grants].flatMap(([grant, exists]) => (exists ? [grant] : []));
    return [...new Set([...this.#content.grants, ...added])].flatMap((grant) => {
      const [entityCode = "", id = "", personId = "", organizationId = ""] = grant.split(" ");
      const exists = transaction.grants.get(grant) ?? true;
      return exists && rowKey(entityCode, id) === key ? [{ personId, organizationId }] : [];
    });
  }

  /** Whether the policies show the row to this person in the organization of the token. */
  mayRead({ personId, organizationId }: Person, row: Row | undefined): boolean {
    const role = this.#content.members.get(`${personId} ${organizationId}`);
    if (!row || !role || row.org !== organizationId) return false;
    return !row.isPrivate || role === "admin" || this.hasGrant(row.entityCode, row.id, { personId, organizationId });
  }

  begin(): Transaction {
    const transaction: Transaction = { rows: new Map(), grants: new Map(), versions: [], entries: [] };
    this.#open.add(transaction);
    return transaction;
  }

  /** Changes a row in a transaction; undefined deletes it. False when another transaction holds the lock. */
  write(transaction: Transaction, key: string, change: (row: Row | undefined) => Row | undefined): boolean {
    const holder = this.#locks.get(key);
    if (!this.#open.has(transaction) || (holder && holder !== transaction)) return false;
    const before = transaction.rows.has(key) ? transaction.rows.get(key) : this.#content.rows.get(key);
    const wanted = change(before);
    if (!before && !wanted) return true;
    this.#locks.set(key, transaction);
    // A row created again by the same transaction is newer than its deletion.
    const last = before?.version ?? transaction.versions.findLast((one) => one.key === key)?.version ?? 0;
    const version = Math.max(last + 1, this.#stamp());
    const after = wanted && { ...wanted, version };
    transaction.rows.set(key, after);
    transaction.versions.push({ key, version, row: after, createdMs: this.nowMs });
    const granted = this.grantedFor(transaction, key).map(({ personId }) => personContainer(personId));
    transaction.entries.push(entryOf({ before, after, version }, granted, this.nowMs, this.#order++));
    return true;
  }

  commit(transaction: Transaction): boolean {
    if (!this.end(transaction) || !this.up) return false;
    for (const [key, row] of transaction.rows) {
      if (row) this.#content.rows.set(key, row);
      else this.#content.rows.delete(key);
    }
    for (const [grant, exists] of transaction.grants) {
      if (exists) this.#content.grants.add(grant);
      else this.#content.grants.delete(grant);
    }
    this.log.append(transaction.entries);
    const rightsOf = [...transaction.grants.keys()].map((grant) =>
      rowKey(...(grant.split(" ", 2) as [string, string])),
    );
    this.onCommit(transaction.versions, [...new Set([...transaction.rows.keys(), ...rightsOf])], "commit");
    return true;
  }

  /** Rolls a transaction back. False when it had already ended. */
  end(transaction: Transaction): boolean {
    for (const [key, holder] of this.#locks) if (holder === transaction) this.#locks.delete(key);
    return this.#open.delete(transaction);
  }

  /** Adds or deletes a grant in a transaction. */
  grant(transaction: Transaction, entityCode: string, id: string, person: Person, granted: boolean): void {
    const grant = grantKey(entityCode, id, person);
    if ((transaction.grants.get(grant) ?? this.#content.grants.has(grant)) === granted) return;
    transaction.grants.set(grant, granted);
    const key = rowKey(entityCode, id);
    const row = transaction.rows.has(key) ? transaction.rows.get(key) : this.#content.rows.get(key);
    const containers = [...(row ? containersOf(row) : []), personContainer(person.personId)];
    const entry = { entityCode, id, granted, containers, version: this.#stamp() };
    transaction.entries.push(rightsEntry(entry, this.nowMs, this.#order++));
  }

  setMember({ personId, organizationId }: Person, role: Role | undefined, logged = true): void {
    const key = `${personId} ${organizationId}`;
    const before = this.#content.members.get(key);
    if (!this.up || before === role) return;
    if (role) this.#content.members.set(key, role);
    else this.#content.members.delete(key);
    const granted = role === "admin" || before === undefined;
    const entry = {
      entityCode: "person",
      id: personId,
      granted,
      containers: [tenantContainer(organizationId)],
      version: this.#stamp(),
    };
    if (logged) this.log.append([rightsEntry(entry, this.nowMs, this.#order++)]);
    this.onCommit([], "all", "commit");
  }

  /** app.lead */
  lead(me: string, ttlMs: number): { head: number; epoch: string } | undefined {
    const { lease } = this;
    if (lease.leader !== undefined && lease.leader !== me && lease.untilMs >= this.nowMs) return undefined;
    lease.leader = me;
    lease.untilMs = this.nowMs + ttlMs;
    if (lease.timeline !== this.timeline) lease.epoch = uuid();
    lease.timeline = this.timeline;
    return { head: this.log.head, epoch: lease.epoch };
  }

  resign(me: string): void {
    if (this.lease.leader === me) this.lease.untilMs = Number.NEGATIVE_INFINITY;
  }

  /** app.claim; `withinMs`: only rows created within this time are claimed. */
  claim(me: string, limit: number, expectedHead: number, withinMs: number): [number, number, string] | undefined {
    const { lease, log } = this;
    const fromMs = this.nowMs - withinMs;
    if (!log.pending.some(({ createdMs }) => createdMs >= fromMs)) return undefined;
    if (lease.leader !== me || lease.untilMs <= this.nowMs) throw new NotLeading("not the leader");
    if (log.head < expectedHead || lease.timeline !== this.timeline) lease.epoch = uuid();
    lease.timeline = this.timeline;
    const before = log.head;
    if (log.number(limit, fromMs, this.nowMs) === 0) return undefined;
    lease.untilMs = Math.max(lease.untilMs, this.nowMs + 3000);
    return [before + 1, log.head, lease.epoch];
  }

  newEpoch(): void {
    this.lease.epoch = uuid();
  }

  /** Makes sent rows pending again, as an operator may. */
  requeue(count: number): void {
    for (let seq = Math.max(this.log.minSeq, this.log.head - count + 1); seq <= this.log.head; seq += 1) {
      const entry = this.log.sent.get(seq);
      if (!entry) continue;
      this.log.sent.delete(seq);
      entry.seq = undefined;
      this.log.pending.push(entry);
    }
  }

  /** The state that a standby has now. */
  copy(): DurableState {
    const { rows, grants, members, log, tables, lease } = this.#content;
    return {
      rows: new Map(rows),
      grants: new Set(grants),
      members: new Map(members),
      log: log.clone(),
      tables: tables.clone(),
      lease: { ...lease },
    };
  }

  /** Loses open transactions and statements in flight; committed changes stay. */
  crash(): void {
    this.up = false;
    this.crashes += 1;
    for (const transaction of this.#open) this.end(transaction);
  }

  /** Promotes a standby with this state; commits that had not reached it are lost. */
  failOver(to: DurableState): void {
    this.crash();
    this.#content = to;
    this.timeline += 1;
    this.onCommit([], "all", "failover");
  }

  /** A version in microseconds. Two writes at the same time get different versions. */
  #stamp(): number {
    return microseconds(this.nowMs) + (this.#order % 100);
  }
}

const grantKey = (entityCode: string, id: string, { personId, organizationId }: Person): string =>
  `${entityCode} ${id} ${personId} ${organizationId}`;
