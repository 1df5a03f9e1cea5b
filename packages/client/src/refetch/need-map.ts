import { type EntityKey, entityKey } from "@heliograph/shared/entity-key";

/**
 * Why a row has to be read.
 * - version: a signal said that this version exists; any answer with it, or a newer one, is enough
 * - look: whatever the version, only an answer to a request sent from now on counts
 */
export type Need = {
  readonly entityCode: string;
  readonly id: string;
  /** Version to reach; 0 when any will do. */
  readonly version: number;
  readonly look: boolean;
  /** Position in the order of all raises and requests. */
  readonly stamp: number;
  /** Answers that did not satisfy it, in a row. */
  readonly failures: number;
  /** Not to be asked for earlier, milliseconds since 1970. */
  readonly notBefore: number;
};

/** A request that is under way. */
export type Ticket = { readonly stamp: number };

export type Verdict =
  /** Nothing more is needed. */
  | "satisfied"
  /** Something was signalled after the request was sent that its answer does not cover. */
  | "raised meanwhile"
  /** The answer is older than what was signalled before it was asked for. */
  | "lagging";

/**
 * Which rows must be read, and which answers may be believed. Pure bookkeeping; the order of events is what counts:
 * every raise, removal and request takes the next number.
 */
export class NeedMap {
  readonly #needs = new Map<EntityKey, Need>();
  readonly #open = new Set<number>();
  /** Rows taken away while requests were open: their answers may still carry them. */
  readonly #removed = new Map<EntityKey, number>();
  #stamp = 0;
  /** Answers to requests from before may carry versions that the server has lost since. */
  #begunAfresh = 0;

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

  /** Raises the need for a row. An earlier one is never lowered, and a raise during a fetch survives that fetch. */
  raise(entityCode: string, id: string, version: number, options?: { look?: boolean }): void {
    const key = entityKey(entityCode, id);
    const held = this.#needs.get(key);
    this.#needs.set(key, {
      entityCode,
      id,
      version: Math.max(held?.version ?? 0, version),
      look: (held?.look ?? false) || (options?.look ?? false),
      stamp: ++this.#stamp,
      // New information deserves a new try at once.
      failures: 0,
      notBefore: 0,
    });
  }

  /**
   * Versions that were told may be of a history that the database has lost, and would be waited for in vain: any answer to
   * a request sent from now on counts. Only right when the server is asked to compare everything.
   */
  forgetVersions(): void {
    this.#begunAfresh = ++this.#stamp;
    for (const [key, need] of this.#needs)
      this.#needs.set(key, { ...need, version: 0, look: true, stamp: ++this.#stamp, failures: 0, notBefore: 0 });
  }

  drop(key: EntityKey): void {
    this.#needs.delete(key);
  }

  clear(): void {
    this.#needs.clear();
  }

  /** The row is taken away now: what was needed before is void, and answers to earlier requests may not bring it back. */
  remove(key: EntityKey): void {
    this.#needs.delete(key);
    this.bar(key, { stamp: ++this.#stamp });
  }

  /** Answers to requests sent before `moment` may not write the row: they may have been read before it went. */
  bar(key: EntityKey, moment: Ticket = { stamp: ++this.#stamp }): void {
    if (this.#open.size > 0) this.#removed.set(key, Math.max(this.#removed.get(key) ?? 0, moment.stamp));
  }

  /** Takes a number for a request about to be sent. Must be closed whatever comes of it. */
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

  /** May the answer to this request still write the row? */
  admits(ticket: Ticket, key: EntityKey): boolean {
    return Math.max(this.#begunAfresh, this.#removed.get(key) ?? 0) <= ticket.stamp;
  }

  /**
   * Takes note of an answer.
   *
   * @param version that the answer carries, or undefined when it says that the row is gone
   */
  answer(ticket: Ticket, key: EntityKey, version: number | undefined): Verdict {
    const need = this.#needs.get(key);
    if (!need) return "satisfied";
    const raisedBefore = need.stamp < ticket.stamp;
    if (version === undefined || need.look) {
      // No version to compare with: it can only speak for the time at which it was asked for.
      if (!raisedBefore) return "raised meanwhile";
      if (version !== undefined && version < need.version) return "lagging";
    } else if (version < need.version) {
      return raisedBefore ? "lagging" : "raised meanwhile";
    }
    this.#needs.delete(key);
    return "satisfied";
  }

  /** Puts a need off after an answer that did not satisfy it. A need raised since then is not put off. */
  putOff(ticket: Ticket, key: EntityKey, until: (failures: number) => number): void {
    const need = this.#needs.get(key);
    if (!need || need.stamp > ticket.stamp) return;
    const failures = need.failures + 1;
    this.#needs.set(key, { ...need, failures, notBefore: until(failures) });
  }

  /** Lets everything be asked for at once, because the reason for waiting may have passed. */
  hurry(): void {
    for (const [key, need] of this.#needs) if (need.notBefore > 0) this.#needs.set(key, { ...need, notBefore: 0 });
  }
}
