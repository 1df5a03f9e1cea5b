import type { Clock } from "@heliograph/shared/clock";

/** Silence of the database after which changes count as delayed: two reads of the head have failed by then. */
const silentMs = 12_000;

/**
 * Detects that changes do not reach this gateway: no leader assigns sequence numbers, changes wait too long for theirs, or
 * the database does not answer. A delay is reported when it is seen twice in a row, because a long transaction looks like a
 * backlog at the moment of its commit.
 */
export class DelayWatch {
  readonly #clock: Clock;
  #since: number | null = null;
  #suspected = false;
  #readAt: { readonly now: number; readonly wallNow: number } | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Takes a head of the feed. `behindSince`: time up to which changes were sequenced, milliseconds since 1970; null: now. */
  headRead(behindSince: number | null): void {
    this.#readAt = { now: this.#clock.now(), wallNow: this.#clock.wallNow() };
    if (behindSince === null) this.#since = null;
    else if (this.#suspected) this.#since ??= behindSince;
    this.#suspected = behindSince !== null;
  }

  /** Time up to which changes were delivered, milliseconds since 1970; null while they are not delayed. */
  get since(): number | null {
    if (this.#since !== null) return this.#since;
    if (this.#readAt && this.#clock.now() - this.#readAt.now > silentMs) return this.#readAt.wallNow;
    return null;
  }

  /** Whether a feed position may be sent to clients as up to date. */
  get upToDate(): boolean {
    return !this.#suspected && this.since === null;
  }
}
