import { sleep } from "@heliograph/shared/sleep";

/** Longest wait for a deployment to forget the sockets of a run, milliseconds. */
const cleanupTimeoutMs = 20_000;

/**
 * Counts until nothing is left.
 * @returns what was left at the end of the wait; 0 when everything was cleaned up
 */
export async function waitForCleanup(count: () => Promise<number>, pollIntervalMs: number): Promise<number> {
  const deadline = performance.now() + cleanupTimeoutMs;
  let leftovers = await count();
  while (leftovers > 0 && performance.now() < deadline) {
    await sleep(pollIntervalMs);
    leftovers = await count();
  }
  return leftovers;
}
