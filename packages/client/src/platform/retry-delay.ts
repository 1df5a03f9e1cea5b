import { backoffDelay } from "@heliograph/shared/backoff";

/** Ceilings of the delay between attempts, milliseconds. After an outage of any length a client is back within 30 s. */
export const retryBackoff = { baseMs: 500, capMs: 30_000 } as const;

/**
 * Ceilings for the first attempts. 20 attempts take about 40 s on average, longer than a restart or a failover; a client
 * that waited half a minute after the server is back would show stale rows for as long. A gateway copes with thousands
 * of clients that reconnect within 4 s. Longer outages get the longer delays.
 */
const earlyBackoff = { baseMs: retryBackoff.baseMs, capMs: 4_000 } as const;
const earlyAttempts = 20;

/**
 * Delay before the next attempt to connect or to read, with full jitter; see `backoffDelay`.
 *
 * @param attempt failures in a row so far, from 0
 * @param random uniform in [0, 1)
 * @returns milliseconds
 */
export function retryDelay(attempt: number, random: number): number {
  return backoffDelay(attempt, random, attempt < earlyAttempts ? earlyBackoff : retryBackoff);
}
