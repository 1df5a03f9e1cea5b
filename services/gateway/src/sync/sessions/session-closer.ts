import { Backoff } from "@heliograph/shared/backoff";
import type { Clock } from "@heliograph/shared/clock";
import { sleep } from "@heliograph/shared/sleep";
import type { Session } from "./session.ts";

export type SessionCloserPorts = {
  /** Deletes a session with its subscriptions. */
  end(session: Session): Promise<void>;
  /** Lets a session expire. */
  suspend(session: Session): Promise<void>;
  readonly clock: Clock;
  readonly random: () => number;
  readonly signal: AbortSignal;
  readonly onError: (error: unknown) => void;
};

/** Sessions whose deletion may wait for the database; the reaper deletes what is beyond it with the pod itself. */
const maxWaiting = 100_000;

/** Deletes or gives up the rows of sockets that are gone, in the background, until it works. */
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

  /** When all that is under way is done. */
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
    const { clock, signal, onError } = this.#ports;
    for (;;) {
      try {
        await work();
        this.#backoff.reset();
        return;
      } catch (error) {
        onError(error);
        if (signal.aborted) return;
        await sleep(this.#backoff.next(), signal, clock);
      }
    }
  }
}
