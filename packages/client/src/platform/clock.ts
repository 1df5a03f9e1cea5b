/** Time as a dependency, so that tests decide what time it is and can count the timers that are left. */
export type Clock = {
  /** Milliseconds since 1970. */
  now(): number;
  /** Milliseconds since some moment; never set back or forward by anybody, but may stand still while a device sleeps. */
  monotonic(): number;
  /** Calls back once after `delayMs`; the returned function cancels it and may be called again without harm. */
  setTimer(callback: () => void, delayMs: number): () => void;
};

/** Delays up to this only gather what comes in bursts; nothing is wrong if they are shorter. */
const gatherAtMostMs = 60;

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  setTimer(callback, delayMs) {
    if (delayMs <= gatherAtMostMs && typeof document !== "undefined" && document.hidden) return soon(callback);
    const handle = setTimeout(callback, delayMs);
    return () => clearTimeout(handle);
  },
};

/**
 * Browsers let the timers of a hidden page wait for a second and more, but not its messages. The hidden page may be the
 * one that holds the connection for a visible one.
 */
function soon(callback: () => void): () => void {
  const channel = new MessageChannel();
  const close = () => channel.port1.close();
  channel.port1.onmessage = () => {
    close();
    callback();
  };
  channel.port2.postMessage(null);
  return close;
}
