import { type Clock, systemClock } from "@heliograph/shared/clock";
import { sleep } from "@heliograph/shared/sleep";

/**
 * The pause between two polls of the log, which a poke ends early. A poke that arrives while no pause is running shortens
 * the next one, so a write that commits during a claim does not wait for a full poll interval.
 */
export class PollPause {
  readonly #clock: Clock;
  #poked = false;
  #interrupt: AbortController | undefined;

  constructor(clock: Clock = systemClock) {
    this.#clock = clock;
  }

  poke(): void {
    this.#poked = true;
    this.#interrupt?.abort();
  }

  /** Ends after `ms`, at a poke (but not before `atLeastMs`), or when the signal aborts. */
  async wait(ms: number, atLeastMs: number, signal: AbortSignal): Promise<void> {
    const floor = Math.min(ms, atLeastMs);
    await sleep(floor, signal, this.#clock);
    if (!this.#poked && !signal.aborted) {
      this.#interrupt = new AbortController();
      await sleep(ms - floor, AbortSignal.any([this.#interrupt.signal, signal]), this.#clock);
      this.#interrupt = undefined;
    }
    this.#poked = false;
  }
}
