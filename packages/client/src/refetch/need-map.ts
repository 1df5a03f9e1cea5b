import { type EntityKey, entityKey } from "@heliograph/shared/entity-key";

/**
 * Why a row has to be read:
 * - version: a signal said that this version exists; any answer with this version or a newer one is enough
 * - force: only an answer to a request sent after the need counts, whatever its version
 */
export interface Need {
  readonly entityCode: string;
  readonly entityId: string;
  /** Required version; 0 when any will do. */
  readonly version: number;
  readonly force: boolean;
  /** Position in the order of all needs, removals and requests. */
  readonly stamp: number;
  /** Answers in a row that did not satisfy it. */
  readonly failures: number;
  /** When it may be requested again, milliseconds since 1970. */
  readonly notBefore: number;
}

/** A request in progress. */
export interface Ticket {
  readonly stamp: number;
}

export type Verdict =
  /** Nothing more is needed. */
  | "satisfied"
  /** The row was invalidated after the request was sent; the answer may predate that. */
  | "required since"
  /** The answer is older than a version signalled before the request. */
  | "lagging";

/**
 * Keeps which rows must be read, and decides which answers count. Pure bookkeeping on the order of events: every need,
 * removal and request takes the next number.
 */
export class NeedMap {
  readonly #needs = new Map<EntityKey, Need>();
  readonly #open = new Set<number>();
  /** Rows removed while requests were in progress, whose answers may still contain them. */
  readonly #removed = new Map<EntityKey, number>();
  #stamp = 0;
  /** Answers to earlier requests may contain versions that the database has lost since. */
  #resetAt = 0;

  get size(): number {
    return this.#needs.size;
  }

  get stamp(): number {
    return this.#stamp;
  }

  has(key: EntityKey): boolean {
    return this.#needs.has(key);
  }

  get(key: EntityKey): Need | undefined {
    return this.#needs.get(key);
  }

  values(): IterableIterator<Need> {
    return this.#needs.values();
  }

  /** Requires a row to be read. Never lowers an earlier need; a need that arises during a fetch outlives that fetch. */
  require(entityCode: string, entityId: string, version: number, options?: { force?: boolean }): void {
    const key = entityKey(entityCode, entityId);
    const held = this.#needs.get(key);
    this.#needs.set(key, {
      entityCode,
      entityId,
      version: Math.max(held?.version ?? 0, version),
      force: (held?.force ?? false) || (options?.force ?? false),
      stamp: ++this.#stamp,
      // New information: try again at once.
      failures: 0,
      notBefore: 0,
    });
  }

  /**
   * Forgets required versions: the database may have lost them, and the client would wait for them forever. Any answer to
   * a request sent from now on counts. Correct only when every subscription is compared again.
   */
  forgetVersions(): void {
    this.#resetAt = ++this.#stamp;
    for (const [key, need] of this.#needs)
      this.#needs.set(key, { ...need, version: 0, force: true, stamp: ++this.#stamp, failures: 0, notBefore: 0 });
  }

  drop(key: EntityKey): void {
    this.#needs.delete(key);
  }

  clear(): void {
    this.#needs.clear();
  }

  /** Removes a row: earlier needs are void, and answers to earlier requests must not bring it back. */
  remove(key: EntityKey): void {
    this.#needs.delete(key);
    this.rejectOlder(key, { stamp: ++this.#stamp });
  }

  /** Keeps answers to requests sent before `moment` from writing the row: they may predate its removal. */
  rejectOlder(key: EntityKey, moment: Ticket = { stamp: ++this.#stamp }): void {
    if (this.#open.size > 0) this.#removed.set(key, Math.max(this.#removed.get(key) ?? 0, moment.stamp));
  }

  /** Numbers a request that is about to be sent. Must be closed whatever its outcome. */
  open(): Ticket {
    const stamp = ++this.#stamp;
    this.#open.add(stamp);
    return { stamp };
  }

  close(ticket: Ticket): void {
    this.#open.delete(ticket.stamp);
    const oldest = Math.min(...this.#open);
    for (const [key, stamp] of this.#removed) if (stamp < oldest) this.#removed.delete(key);
  }

  /** Whether the answer to this request may write the row. */
  admits(ticket: Ticket, key: EntityKey): boolean {
    return Math.max(this.#resetAt, this.#removed.get(key) ?? 0) <= ticket.stamp;
  }

  /**
   * Applies an answer to the need of its row.
   *
   * @param version of the row in the answer, undefined when the answer says that the row is gone
   */
  answer(ticket: Ticket, key: EntityKey, version: number | undefined): Verdict {
    const need = this.#needs.get(key);
    if (!need) return "satisfied";
    const requiredBefore = need.stamp < ticket.stamp;
    if (version === undefined || need.force) {
      // There is no version to compare: the answer is valid only for the time of its request.
      if (!requiredBefore) return "required since";
      if (version !== undefined && version < need.version) return "lagging";
    } else if (version < need.version) {
      return requiredBefore ? "lagging" : "required since";
    }
    this.#needs.delete(key);
    return "satisfied";
  }

  /** Defers a need after an answer that did not satisfy it, unless the row was required again since the request. */
  putOff(ticket: Ticket, key: EntityKey, until: (failures: number) => number): void {
    const need = this.#needs.get(key);
    if (!need || need.stamp > ticket.stamp) return;
    const failures = need.failures + 1;
    this.#needs.set(key, { ...need, failures, notBefore: until(failures) });
  }

  /** Makes every need due: the reason for failures may have passed. */
  retryNow(): void {
    for (const [key, need] of this.#needs) if (need.notBefore > 0) this.#needs.set(key, { ...need, notBefore: 0 });
  }
}
