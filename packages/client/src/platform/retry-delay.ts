/** First ceiling of the pause between attempts, milliseconds. */
export const backoffBaseMs = 500;
/** Highest ceiling, milliseconds: after an outage of any length a client is back within half a minute. */
export const backoffCapMs = 30_000;

/**
 * Highest ceiling of the pause before a connection or a read is tried again, for the first attempts: they last some 40 s,
 * which is longer than a restart or a failover takes. Whoever waits half a minute when the server has been back for long is
 * stale for as long; thousands that come within 4 s are what a pod takes, and an outage that lasts gets the longer pauses.
 */
export const hopefulCapMs = 4_000;
export const hopefulAttempts = 20;

/** Pause before a connection or a read is tried again, milliseconds; see `backoffDelay`. */
export function retryDelay(attempt: number, random: number): number {
  return backoffDelay(attempt, random, backoffBaseMs, attempt < hopefulAttempts ? hopefulCapMs : backoffCapMs);
}

/**
 * Pause before the next attempt with full jitter: anywhere between nothing and a ceiling that doubles with each
 * attempt. Ten thousand clients that lose one pod thus come back spread out, not in waves.
 *
 * @param attempt failures in a row so far, from 0
 * @param random uniform in [0, 1)
 * @returns milliseconds
 */
export function backoffDelay(attempt: number, random: number, baseMs = backoffBaseMs, capMs = backoffCapMs): number {
  // 2^30 is far above any cap; the bound keeps a very long outage from overflowing to infinity.
  return Math.floor(random * Math.min(capMs, baseMs * 2 ** Math.min(attempt, 30)));
}
