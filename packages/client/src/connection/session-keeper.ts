import type { Clock } from "@heliograph/shared/clock";
import { silenceMs } from "./liveness-timeouts.ts";

/** How long the server keeps a session without a socket by default, milliseconds. */
export const defaultSessionGraceMs = 60_000;

/** The payload of RESUME. */
export interface ResumeOffer {
  readonly connectionId: string;
  readonly cursor: string;
}

interface Session {
  readonly connectionId: string;
  /** Undefined from a RESET to the next BOOKMARK. */
  readonly cursor: string | undefined;
  /** The user of the session; see `TokenClaims.user`. */
  readonly user: string;
  /** Whether the server has stored the session. It does so at the first SUBSCRIBE; before, there is nothing to resume. */
  readonly recorded: boolean;
}

interface Moment {
  readonly monotonic: number;
  readonly wall: number;
}

/**
 * Keeps what the next socket needs to resume the session of the last one. It is kept in memory only: a reload loses the
 * need map, and with it the signals whose rows are not read yet. A reloaded page therefore does not resume but subscribes
 * with the versions that it holds.
 *
 * The cursor starts with that of WELCOME and advances only with BOOKMARK.
 * - It advances as soon as a BOOKMARK arrives, even if the rows signalled before it are not read yet: their needs are in
 *   the need map, which outlives the socket.
 * - It does not advance with INVALIDATE: between two BOOKMARKs the signals of a socket are neither complete nor in the
 *   order of the log.
 * - It does not advance with RESUMED: that position is reached only when all signals that follow RESUMED have arrived. If
 *   the new socket broke before, the missing signals would be lost.
 */
export class SessionKeeper {
  readonly #clock: Clock;
  readonly #graceMs: number;
  #session: Session | undefined;
  /** The session of the new socket, while RESUME of the old one is unanswered. */
  #newSession: Session | undefined;
  #resuming = false;
  #lastMessageAt: Moment;
  /** How long the server may be silent before the link counts as dead, milliseconds. */
  #silenceMs = 0;
  #lostAt: Moment | undefined;

  constructor(clock: Clock, graceMs: number) {
    this.#clock = clock;
    this.#graceMs = graceMs;
    this.#lastMessageAt = this.#moment();
  }

  /** What to resume as this user; undefined if the session is over the grace period or belongs to another user. */
  offer(user: string): ResumeOffer | undefined {
    const session = this.#session;
    if (!session?.recorded || session.cursor === undefined) return undefined;
    if (session.user !== user || this.#absentMs() > this.#graceMs) {
      this.forget();
      return undefined;
    }
    return { connectionId: session.connectionId, cursor: session.cursor };
  }

  /** RESUME was sent. Messages that arrive before its answer do not belong to the session. */
  resuming(): void {
    this.#resuming = true;
  }

  welcomed(message: { connectionId: string; cursor: string; pingIntervalMs: number }, user: string): void {
    const { connectionId, cursor } = message;
    this.#silenceMs = silenceMs(message.pingIntervalMs);
    const session = { connectionId, cursor, user, recorded: false };
    if (this.#resuming) this.#newSession = session;
    else this.#begin(session);
  }

  /** A message of any type arrived. */
  messageReceived(): void {
    this.#lastMessageAt = this.#moment();
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
    this.#newSession = undefined;
    this.#lostAt = undefined;
  }

  reset(): void {
    const { connectionId, user } = this.#session ?? {};
    if (this.#resuming) this.#begin(this.#newSession);
    // The connection id stays valid. Resuming it requires a new cursor and another answered SUBSCRIBE.
    else if (connectionId !== undefined && user !== undefined)
      this.#begin({ connectionId, cursor: undefined, user, recorded: false });
  }

  /**
   * The socket is lost. The grace period starts when silence would have been noticed, not when a device that slept woke up
   * and noticed it.
   */
  lost(): void {
    this.#resuming = false;
    this.#newSession = undefined;
    if (this.#lostAt) return; // lost again before RESUME was answered
    const now = this.#moment();
    const latest = (at: keyof Moment) => Math.min(now[at], this.#lastMessageAt[at] + this.#silenceMs);
    this.#lostAt = { monotonic: latest("monotonic"), wall: latest("wall") };
  }

  forget(): void {
    this.#begin(undefined);
  }

  #begin(session: Session | undefined): void {
    this.#session = session;
    this.#newSession = undefined;
    this.#resuming = false;
    this.#lostAt = undefined;
  }

  /** The longer of two measurements: wall time may be set back, and monotonic time may stand still during sleep. */
  #absentMs(): number {
    if (!this.#lostAt) return 0;
    const now = this.#moment();
    return Math.max(now.monotonic - this.#lostAt.monotonic, now.wall - this.#lostAt.wall);
  }

  #moment(): Moment {
    return { monotonic: this.#clock.now(), wall: this.#clock.wallNow() };
  }
}
