import type { Clock } from "@heliograph/shared/clock";

/** No answer of the database for so long: two looks at the head have failed, and whatever commits is not told. */
const silentMs = 12_000;

/**
 * Knows whether changes reach this pod at all: not while nobody gives out sequence numbers, while changes wait too long
 * for theirs, or while the database does not answer. Seen twice in a row, because a transaction that was open for long
 * looks like a backlog in the moment of its commit.
 */
export class DelayWatch {
  readonly #clock: Clock;
  #since: number | null = null;
  #suspected = false;
  #readAt: { readonly now: number; readonly wall: number } | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The head was read. `behindSince`: time up to which changes have been told, milliseconds since 1970; null: now. */
  headRead(behindSince: number | null): void {
    this.#readAt = { now: this.#clock.now(), wall: this.#clock.wallNow() };
    if (behindSince === null) this.#since = null;
    else if (this.#suspected) this.#since ??= behindSince;
    this.#suspected = behindSince !== null;
  }

  /** Time up to which changes have been told, milliseconds since 1970; null while they are told as they come. */
  get since(): number | null {
    if (this.#since !== null) return this.#since;
    if (this.#readAt && this.#clock.now() - this.#readAt.now > silentMs) return this.#readAt.wall;
    return null;
  }

  /** Whether a place in the feed may be given out as up to date. */
  get vouches(): boolean {
    return !this.#suspected && this.since === null;
  }
}
