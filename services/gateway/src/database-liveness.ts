import type { Logger } from "@heliograph/server-kit";
import type { Clock } from "@heliograph/shared/clock";
import { sleep } from "@heliograph/shared/sleep";

const intervalMs = 2000;

export interface DatabaseLivenessPorts {
  /** Runs a statement that always succeeds. */
  readonly probe: () => Promise<unknown>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Detects that the database has not answered for a while, for the readiness endpoint. */
export class DatabaseLiveness {
  readonly #ports: DatabaseLivenessPorts;
  #answeredAt = Number.NEGATIVE_INFINITY;

  constructor(ports: DatabaseLivenessPorts) {
    this.#ports = ports;
  }

  /** Milliseconds since the last answer. */
  get silentMs(): number {
    return this.#ports.clock.now() - this.#answeredAt;
  }

  /** Probes until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { probe, clock, logger } = this.#ports;
    let failing = false;
    while (!signal.aborted) {
      try {
        await probe();
        this.#answeredAt = clock.now();
        if (failing) logger.info("database answers again");
        failing = false;
      } catch (error) {
        const cause = error instanceof Error ? error.message : String(error);
        if (!failing) logger.warn({ cause }, "database does not answer; probing every 2 s");
        failing = true;
      }
      await sleep(intervalMs, signal, clock);
    }
  }
}
