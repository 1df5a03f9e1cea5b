import type { Clock } from "@heliograph/shared/clock";
import { sleep } from "@heliograph/shared/sleep";
import type { Session } from "../connection/session.ts";
import type { SyncObserver } from "../sync-observer.ts";

/** A session as memory has it. `rows`: number of subscriptions that the database should hold. */
export interface ExpectedSession {
  readonly session: Session;
  readonly rows: number;
}

/** `taken`: another socket owns it by now. `missing`: its row was lost. `rows`: subscription rows were lost. */
export interface LostSession {
  readonly session: Session;
  readonly why: "taken" | "missing" | "rows";
}

export interface SessionGuardPorts {
  /** Open sockets that have rows and no operation in progress. */
  readonly expected: () => readonly ExpectedSession[];
  readonly lost: (expected: readonly ExpectedSession[]) => Promise<readonly LostSession[]>;
  readonly onTaken: (session: Session) => void;
  readonly rewriteRows: (session: Session) => void;
  readonly clock: Clock;
  readonly observer: SyncObserver;
}

/** Pause between two checks. */
const guardIntervalMs = 5000;
/** The same while rows are being rewritten: what emptied the table has emptied it for all sockets. */
const rewritingIntervalMs = 250;
/** Bounds of one check: one probe per session and one count per row, some 30 ms of the database. */
const maxSessions = 5000;
const maxRows = 50_000;

/**
 * Compares the sessions of open sockets with their rows, a part of them at a time. A socket whose session another gateway
 * has taken is closed without any write. Rows that are missing under a live socket, after a lossy failover or because a
 * table was emptied by mistake, are written again from memory: no signal is lost without them, but the next RESUME would
 * find nothing.
 */
export class SessionGuard {
  readonly #ports: SessionGuardPorts;
  #next = 0;

  constructor(ports: SessionGuardPorts) {
    this.#ports = ports;
  }

  /** Checks until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, observer } = this.#ports;
    let rewritten = 0;
    while (!signal.aborted) {
      await sleep(rewritten > 0 ? rewritingIntervalMs : guardIntervalMs, signal, clock);
      if (signal.aborted) return;
      try {
        rewritten = await this.check();
      } catch (error) {
        rewritten = 0;
        observer.failed("check sessions", error);
      }
    }
  }

  /** Checks the next part of the sessions. @returns how many were rewritten */
  async check(): Promise<number> {
    const slice = this.#nextSlice();
    if (slice.length === 0) return 0;
    let rewritten = 0;
    for (const { session, why } of await this.#ports.lost(slice)) {
      this.#ports.observer.sessionLost(why);
      if (why === "taken") this.#ports.onTaken(session);
      else {
        rewritten += 1;
        this.#ports.rewriteRows(session);
      }
    }
    return rewritten;
  }

  #nextSlice(): ExpectedSession[] {
    const all = this.#ports.expected();
    const slice: ExpectedSession[] = [];
    let rows = 0;
    for (let count = 0; count < all.length && slice.length < maxSessions && rows < maxRows; count += 1) {
      const one = all[(this.#next + count) % all.length];
      if (!one) break;
      slice.push(one);
      rows += one.rows;
    }
    this.#next = all.length === 0 ? 0 : (this.#next + slice.length) % all.length;
    return slice;
  }
}
