import type { Clock } from "../clock.ts";
import { settle } from "./settle.ts";

interface PendingTimer {
  readonly at: number;
  readonly order: number;
  readonly callback: () => void;
}

/** A clock whose time passes only when a test says so. */
export class FakeClock implements Clock {
  #now = 0;
  #order = 0;
  readonly #timers = new Set<PendingTimer>();
  /** Wall time when monotonic time is 0: any fixed moment. */
  readonly #epoch = Date.UTC(2026, 0, 1);

  /** Added to wall time only, as if the system clock had been set. Milliseconds. */
  skewMs = 0;

  /** Timers that are set and have not fired: 0 after everything was stopped. */
  get timers(): number {
    return this.#timers.size;
  }

  now(): number {
    return this.#now;
  }

  wallNow(): number {
    return this.#epoch + this.#now + this.skewMs;
  }

  /** @throws {RangeError} when the delay is not a number, which the platform's timers take for 0 */
  setTimer(callback: () => void, delayMs: number): () => void {
    if (Number.isNaN(delayMs)) throw new RangeError("the delay of a timer is not a number");
    const timer = { at: this.#now + Math.max(0, delayMs), order: this.#order++, callback };
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  }

  /**
   * Lets `ms` pass. Timers fire in their order; whatever one starts settles before the next one fires.
   * @throws {RangeError} when `ms` is negative or not a number: monotonic time never goes back
   */
  async advance(ms: number): Promise<void> {
    if (!(ms >= 0)) throw new RangeError(`time cannot advance by ${ms} ms`);
    const end = this.#now + ms;
    await settle();
    for (let timer = this.#next(end); timer; timer = this.#next(end)) {
      this.#timers.delete(timer);
      this.#now = Math.max(this.#now, timer.at);
      timer.callback();
      await settle();
    }
    // A callback may have advanced the clock beyond that.
    this.#now = Math.max(this.#now, end);
    await settle();
  }

  #next(end: number): PendingTimer | undefined {
    let next: PendingTimer | undefined;
    for (const timer of this.#timers) {
      if (timer.at > end) continue;
      if (!next || timer.at < next.at || (timer.at === next.at && timer.order < next.order)) next = timer;
    }
    return next;
  }
}
