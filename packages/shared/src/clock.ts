/** Time as a dependency, so that tests and simulations decide when it passes and can count the timers that are left. */
export interface Clock {
  /** Monotonic time in milliseconds since an arbitrary moment. It never jumps, but may stand still while a device sleeps. */
  now(): number;
  /** Wall time in milliseconds since 1970. It jumps when the system clock is set. */
  wallNow(): number;
  /** Calls back once after `delayMs`. The returned function cancels the timer and may be called more than once. */
  setTimer(callback: () => void, delayMs: number): () => void;
}

/** Longest delay of the platform's timers, milliseconds (24.8 days). With a longer one, `setTimeout` fires at once. */
const maxTimeoutMs = 2 ** 31 - 1;

/** The clock and timers of the platform. */
export const systemClock: Clock = {
  now: () => performance.now(),
  wallNow: () => Date.now(),
  setTimer(callback, delayMs) {
    let handle: ReturnType<typeof setTimeout>;
    const wait = (restMs: number): void => {
      const timeoutMs = Math.min(restMs, maxTimeoutMs);
      handle = setTimeout(() => (restMs > timeoutMs ? wait(restMs - timeoutMs) : callback()), timeoutMs);
    };
    wait(delayMs);
    return () => clearTimeout(handle);
  },
};
