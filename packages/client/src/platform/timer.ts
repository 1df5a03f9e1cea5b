import type { Clock } from "./clock.ts";

/**
 * One timer that is set again and again. Setting replaces the earlier one, so an owner can never leave a forgotten
 * timer behind that fires after it was stopped.
 */
export class Timer {
  readonly #clock: Clock;
  #cancel: (() => void) | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get armed(): boolean {
    return this.#cancel !== undefined;
  }

  set(delayMs: number, callback: () => void): void {
    this.clear();
    this.#cancel = this.#clock.setTimer(
      () => {
        this.#cancel = undefined;
        callback();
      },
      Math.max(0, delayMs),
    );
  }

  clear(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }
}
