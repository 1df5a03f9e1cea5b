import type { Clock } from "@heliograph/shared/clock";
import { silenceMs } from "./liveness-timeouts.ts";

/** The server's own default for how long it keeps a session without a socket. */
export const defaultSessionGraceMs = 60_000;

/** What RESUME needs. */
export type ResumeOffer = { readonly connectionId: string; readonly cursor: string };

type Session = {
  readonly connectionId: string;
  /** Undefined after a RESET, until the first BOOKMARK of the new history. */
  readonly cursor: string | undefined;
  /** Whose it is; see `TokenClaims.user`. */
  readonly user: string;
  /** The server has recorded it: it does so with the first SUBSCRIBE. Before, there is nothing to resume. */
  readonly recorded: boolean;
};

type Moment = { readonly monotonic: number; readonly wall: number };

/**
 * Remembers what the next socket needs to go on where the last one ended. In memory only: a reload has forgotten the
 * signals that were not worked off, so it may not go on after them, but subscribes with the versions that it holds.
 *
 * The cursor moves only with BOOKMARK (and starts with WELCOME's). It moves as soon as a BOOKMARK arrives, although the
 * rows signalled before it may not be read yet: the signals are in the need map, which outlives every socket that this
 * keeper outlives. INVALIDATE moves nothing, for signals of one socket are neither complete nor in the order of the log
 * at any moment between two BOOKMARKs. RESUMED names the position that is reached once all signals behind it are read,
 * so taking it over at once would lose those that are still on their way when the new socket breaks too.
 */
export class SessionKeeper {
  readonly #clock: Clock;
  readonly #graceMs: number;
  #session: Session | undefined;
  /** Of the new socket, while it is not known whether the old session lives on. */
  #fresh: Session | undefined;
  #resuming = false;
  #heardAt: Moment;
  /** How long the server may be silent before the link counts as dead. */
  #silenceMs = 0;
  #lostAt: Moment | undefined;

  constructor(clock: Clock, graceMs: number) {
    this.#clock = clock;
    this.#graceMs = graceMs;
    this.#heardAt = this.#moment();
  }

  /** What to resume as this user, if anything; nothing that is older than the grace or somebody else's. */
  offer(user: string): ResumeOffer | undefined {
    const session = this.#session;
    if (!session?.recorded || session.cursor === undefined) return undefined;
    if (session.user !== user || this.#absentMs() > this.#graceMs) {
      this.forget();
      return undefined;
    }
    return { connectionId: session.connectionId, cursor: session.cursor };
  }

  /** RESUME was sent: until it is answered, nothing that arrives belongs to the session. */
  resuming(): void {
    this.#resuming = true;
  }

  welcomed(message: { connectionId: string; cursor: string; pingIntervalMs: number }, user: string): void {
    const { connectionId, cursor } = message;
    this.#silenceMs = silenceMs(message.pingIntervalMs);
    const fresh = { connectionId, cursor, user, recorded: false };
    if (this.#resuming) this.#fresh = fresh;
    else this.#begin(fresh);
  }

  /** Any sign of life of the server. */
  heard(): void {
    this.#heardAt = this.#moment();
  }

  /** A SUBSCRIBE was answered. */
  subscribed(): void {
    if (this.#session && !this.#resuming) this.#session = { ...this.#session, recorded: true };
  }

  bookmark(cursor: string): void {
    if (this.#session && !this.#resuming) this.#session = { ...this.#session, cursor };
  }

  resumed(): void {
    this.#resuming = false;
    this.#fresh = undefined;
    this.#lostAt = undefined;
  }

  reset(): void {
    const { connectionId, user } = this.#session ?? {};
    if (this.#resuming) this.#begin(this.#fresh);
    // The id of a live socket still names it; to be resumed it has to earn a cursor and an answered SUBSCRIBE again.
    else if (connectionId !== undefined && user !== undefined)
      this.#begin({ connectionId, cursor: undefined, user, recorded: false });
  }

  /** The socket is gone. The grace counts from when a waking device would have noticed, not from when it woke up. */
  lost(): void {
    this.#resuming = false;
    this.#fresh = undefined;
    if (this.#lostAt) return; // lost again before it was resumed
    const now = this.#moment();
    const latest = (at: keyof Moment) => Math.min(now[at], this.#heardAt[at] + this.#silenceMs);
    this.#lostAt = { monotonic: latest("monotonic"), wall: latest("wall") };
  }

  forget(): void {
    this.#begin(undefined);
  }

  #begin(session: Session | undefined): void {
    this.#session = session;
    this.#fresh = undefined;
    this.#resuming = false;
    this.#lostAt = undefined;
  }

  /** A wall clock may be set back, a monotonic one stands still in sleep: the longer of both is believed. */
  #absentMs(): number {
    if (!this.#lostAt) return 0;
    const now = this.#moment();
    return Math.max(now.monotonic - this.#lostAt.monotonic, now.wall - this.#lostAt.wall);
  }

  #moment(): Moment {
    return { monotonic: this.#clock.now(), wall: this.#clock.wallNow() };
  }
}
