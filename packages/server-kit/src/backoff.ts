/**
 * Exponential backoff with full jitter: a random wait between 0 and a doubling bound, so that many clients of a restarted
 * server do not come back in step.
 */
export class Backoff {
  #attempt = 0;
  readonly #baseMs: number;
  readonly #capMs: number;
  readonly #random: () => number;

  constructor({ baseMs, capMs, random = Math.random }: { baseMs: number; capMs: number; random?: () => number }) {
    this.#baseMs = baseMs;
    this.#capMs = capMs;
    this.#random = random;
  }

  /** Milliseconds to wait before the next attempt. */
  next(): number {
    const bound = Math.min(this.#capMs, this.#baseMs * 2 ** Math.min(this.#attempt, 30));
    this.#attempt += 1;
    return this.#random() * bound;
  }

  /** After a success. */
  reset(): void {
    this.#attempt = 0;
  }
}
