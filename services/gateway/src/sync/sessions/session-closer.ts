import { Backoff } from "@heliograph/shared/backoff";
import type { Clock } from "@heliograph/shared/clock";
import { sleep } from "@heliograph/shared/sleep";
import type { Session } from "../connection/session.ts";
import type { SyncObserver } from "../sync-observer.ts";

export interface SessionCloserPorts {
  /** Deletes a session with its subscriptions. */
  end(session: Session): Promise<void>;
  /** Lets a session expire. */
  suspend(session: Session): Promise<void>;
  readonly clock: Clock;
  readonly random: () => number;
  readonly signal: AbortSignal;
  readonly observer: SyncObserver;
}

/** Most sessions that may wait for the database; the watcher's housekeeping deletes the others with the gateway itself. */
const maxWaiting = 100_000;

/** Deletes or suspends the sessions of closed sockets in the background, and retries until it succeeds. */
export class SessionCloser {
  readonly #ports: SessionCloserPorts;
  readonly #backoff: Backoff;
  readonly #running = new Set<Promise<void>>();

  constructor(ports: SessionCloserPorts) {
    this.#ports = ports;
    this.#backoff = new Backoff({ baseMs: 500, capMs: 10_000, random: ports.random });
  }

  end(session: Session): Promise<void> {
    return this.#add(session, this.#ports.end);
  }

  suspend(session: Session): Promise<void> {
    return this.#add(session, this.#ports.suspend);
  }

  /** Resolves when all work in progress is done. */
  async idle(): Promise<void> {
    await Promise.all(this.#running);
  }

  #add(session: Session, work: (session: Session) => Promise<void>): Promise<void> {
    if (!session.attempted || this.#running.size >= maxWaiting) return Promise.resolve();
    const running = this.#untilDone(() => work(session)).finally(() => this.#running.delete(running));
    this.#running.add(running);
    return running;
  }

  async #untilDone(work: () => Promise<void>): Promise<void> {
    const { clock, signal, observer } = this.#ports;
    for (;;) {
      try {
        await work();
        this.#backoff.reset();
        return;
      } catch (error) {
        observer.failed("end session", error);
        if (signal.aborted) return;
        await sleep(this.#backoff.next(), signal, clock);
      }
    }
  }
}
