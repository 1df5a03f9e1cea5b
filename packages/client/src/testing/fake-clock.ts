import type { Clock } from "../platform/clock.ts";

type Pending = { readonly at: number; readonly order: number; readonly callback: () => void };

/** Time that passes only when a test says so. */
export class FakeClock implements Clock {
  #now = 1_000_000;
  #order = 0;
  readonly #pending = new Set<Pending>();

  /** Timers that are set and not fired: 0 after everything was stopped. */
  get timers(): number {
    return this.#pending.size;
  }

  /** Added to the time of day only: somebody set the device's clock. */
  skewMs = 0;

  now(): number {
    return this.#now + this.skewMs;
  }

  monotonic(): number {
    return this.#now - 900_000;
  }

  setTimer(callback: () => void, delayMs: number): () => void {
    const pending = { at: this.#now + delayMs, order: this.#order++, callback };
    this.#pending.add(pending);
    return () => void this.#pending.delete(pending);
  }

  /** Lets time pass; timers fire in their order, and promises settle after each. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    await settle();
    for (;;) {
      const next = this.#next(end);
      if (!next) break;
      this.#pending.delete(next);
      this.#now = Math.max(this.#now, next.at);
      next.callback();
      await settle();
    }
    this.#now = end;
    await settle();
  }

  #next(end: number): Pending | undefined {
    let next: Pending | undefined;
    for (const pending of this.#pending) {
      if (pending.at > end) continue;
      if (!next || pending.at < next.at || (pending.at === next.at && pending.order < next.order)) next = pending;
    }
    return next;
  }
}

/** Lets every promise that can settle without time passing do so. */
export async function settle(): Promise<void> {
  // A macrotask runs only when the queue of microtasks is empty; two, because code may start a new one in between.
  for (let turn = 0; turn < 2; turn += 1) await new Promise<void>((resolve) => setImmediate(resolve));
}
