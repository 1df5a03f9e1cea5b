export interface BackoffOptions {
  /** Ceiling of the first delay, milliseconds. */
  readonly baseMs: number;
  /** Highest ceiling, milliseconds. */
  readonly capMs: number;
}

/**
 * Delay before the next attempt, with full jitter: uniform between 0 and a ceiling that doubles with each attempt. Ten
 * thousand clients that lose one server come back spread out instead of in waves.
 *
 * @param attempt failures in a row so far, from 0
 * @param random uniform in [0, 1)
 * @returns whole milliseconds
 */
export function backoffDelay(attempt: number, random: number, { baseMs, capMs }: BackoffOptions): number {
  // 2^30 is far above any cap; the bound keeps a very long outage from overflowing to infinity.
  return Math.floor(random * Math.min(capMs, baseMs * 2 ** Math.min(attempt, 30)));
}

/** Counts failures in a row and gives the delay before each next attempt; see `backoffDelay`. */
export class Backoff {
  #attempt = 0;
  readonly #options: BackoffOptions;
  readonly #random: () => number;

  constructor({ random = Math.random, ...options }: BackoffOptions & { readonly random?: () => number }) {
    this.#options = options;
    this.#random = random;
  }

  /** Milliseconds to wait before the next attempt. */
  next(): number {
    return backoffDelay(this.#attempt++, this.#random(), this.#options);
  }

  /** Call after a success. */
  reset(): void {
    this.#attempt = 0;
  }
}
