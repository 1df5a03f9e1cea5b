/** Time as a dependency, so that tests decide what time it is and can count the timers that are left. */
export type Clock = {
  /** Milliseconds since 1970. */
  now(): number;
  /** Milliseconds since some moment; never set back or forward by anybody, but may stand still while a device sleeps. */
  monotonic(): number;
  /** Calls back once after `delayMs`; the returned function cancels it and may be called again without harm. */
  setTimer(callback: () => void, delayMs: number): () => void;
};

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  setTimer(callback, delayMs) {
    const handle = setTimeout(callback, delayMs);
    return () => clearTimeout(handle);
  },
};
