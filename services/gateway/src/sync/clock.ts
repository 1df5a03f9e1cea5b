/** Time as an input, so that tests and simulations decide when it passes. */
export type Clock = {
  /** Milliseconds on a clock that only goes forward; for intervals. */
  now(): number;
  /** Milliseconds since 1970; for token expiry and the age of changes. */
  wall(): number;
  /** Calls back once after `ms`; the result cancels. */
  after(ms: number, callback: () => void): () => void;
};

export const systemClock: Clock = {
  now: () => performance.now(),
  wall: () => Date.now(),
  after(ms, callback) {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
};

/** Resolves after `ms`, or at once when the signal is or becomes aborted. Never rejects. */
export function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve();
      return;
    }
    const end = (): void => {
      cancel();
      signal.removeEventListener("abort", end);
      resolve();
    };
    const cancel = clock.after(ms, end);
    signal.addEventListener("abort", end, { once: true });
  });
}
