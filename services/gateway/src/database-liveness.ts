import type { Logger } from "@heliograph/server-kit";
import type { Clock } from "@heliograph/shared/clock";
import { sleep } from "@heliograph/shared/sleep";

const intervalMs = 2000;

/** Notices when the database has not answered for a while, for the health endpoint. */
export class Pulse {
  readonly #ports: { readonly ask: () => Promise<unknown>; readonly clock: Clock; readonly logger: Logger };
  #answeredAt = Number.NEGATIVE_INFINITY;

  constructor(ports: { readonly ask: () => Promise<unknown>; readonly clock: Clock; readonly logger: Logger }) {
    this.#ports = ports;
  }

  /** Milliseconds since the last answer. */
  get silentMs(): number {
    return this.#ports.clock.now() - this.#answeredAt;
  }

  async run(signal: AbortSignal): Promise<void> {
    const { ask, clock, logger } = this.#ports;
    let failing = false;
    while (!signal.aborted) {
      try {
        await ask();
        this.#answeredAt = clock.now();
        if (failing) logger.info("the database answers again");
        failing = false;
      } catch (error) {
        if (!failing)
          logger.warn(
            { cause: error instanceof Error ? error.message : String(error) },
            "the database does not answer",
          );
        failing = true;
      }
      await sleep(intervalMs, signal, clock);
    }
  }
}
