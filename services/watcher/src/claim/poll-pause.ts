import { sleep } from "@heliograph/shared/sleep";

/** A pause that a poke ends early. A poke that comes while nobody waits is remembered, so none is lost during a claim. */
export class PollPause {
  #poked = false;
  #interrupt: AbortController | undefined;

  poke(): void {
    this.#poked = true;
    this.#interrupt?.abort();
  }

  /** Ends after `ms`, at a poke (but not before `atLeastMs`), or when the signal aborts. */
  async wait(ms: number, atLeastMs: number, signal: AbortSignal): Promise<void> {
    const floor = Math.min(ms, atLeastMs);
    await sleep(floor, signal);
    if (!this.#poked && !signal.aborted) {
      this.#interrupt = new AbortController();
      await sleep(ms - floor, AbortSignal.any([this.#interrupt.signal, signal]));
      this.#interrupt = undefined;
    }
    this.#poked = false;
  }
}
