import type { Clock } from "@heliograph/shared/clock";
import { sleep } from "@heliograph/shared/sleep";
import type { Session } from "./session.ts";

/** A session as memory has it: `rows` is how many subscriptions should lie in the database. */
export type Expected = { readonly session: Session; readonly rows: number };
/** `taken`: it belongs to another socket by now. `missing`: its row was lost. `rows`: rows of subscriptions were lost. */
export type Lost = { readonly session: Session; readonly why: "taken" | "missing" | "rows" };

export type SessionGuardPorts = {
  /** Open sockets that have rows and are not in the middle of something. */
  readonly expected: () => readonly Expected[];
  readonly lost: (expected: readonly Expected[]) => Promise<readonly Lost[]>;
  readonly onTaken: (session: Session) => void;
  readonly restore: (session: Session) => void;
  readonly clock: Clock;
  readonly count: (why: Lost["why"]) => void;
  readonly onError: (error: unknown) => void;
};

/** Pause between two looks. */
export const guardIntervalMs = 5000;
/** The same while rows are being restored: whatever emptied the table has emptied it for all sockets. */
const restoringMs = 250;
/** Bounds of one look: a probe per session and a count per row, some 30 ms of the database. */
const maxSessions = 5000;
const maxRows = 50_000;

/**
 * Compares the sessions of open sockets with their rows, in turns. A socket whose connection another pod has taken is
 * closed without any write of its own. Rows that are missing under a socket that lives (a lossy failover, a table emptied
 * by mistake) are written again from memory: nobody misses a signal without them, but the next RESUME would find nothing.
 */
export class SessionGuard {
  readonly #ports: SessionGuardPorts;
  #next = 0;

  constructor(ports: SessionGuardPorts) {
    this.#ports = ports;
  }

  /** Looks until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, onError } = this.#ports;
    let restored = 0;
    while (!signal.aborted) {
      await sleep(restored > 0 ? restoringMs : guardIntervalMs, signal, clock);
      if (signal.aborted) return;
      try {
        restored = await this.look();
      } catch (error) {
        restored = 0;
        onError(error);
      }
    }
  }

  /** One look at the next few sessions. Returns how many were restored. */
  async look(): Promise<number> {
    const slice = this.#slice();
    if (slice.length === 0) return 0;
    let restored = 0;
    for (const { session, why } of await this.#ports.lost(slice)) {
      this.#ports.count(why);
      if (why === "taken") this.#ports.onTaken(session);
      else {
        restored += 1;
        this.#ports.restore(session);
      }
    }
    return restored;
  }

  #slice(): Expected[] {
    const all = this.#ports.expected();
    const slice: Expected[] = [];
    let rows = 0;
    for (let taken = 0; taken < all.length && slice.length < maxSessions && rows < maxRows; taken += 1) {
      const one = all[(this.#next + taken) % all.length];
      if (!one) break;
      slice.push(one);
      rows += one.rows;
    }
    this.#next = all.length === 0 ? 0 : (this.#next + slice.length) % all.length;
    return slice;
  }
}
