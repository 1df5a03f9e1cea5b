import { waitLimitMs } from "./wait-limit.ts";

/** Pause between two checks: short against every promised time, long enough to leave the CPU to the cluster. */
const checkIntervalMs = 20;

/**
 * Calls `check` repeatedly until it returns something other than undefined or false, and resolves with that. A check that throws
 * counts as "not yet", because tests kill processes and servers while they check them.
 * @throws with `what` and the last result or error
 */
export async function waitFor<Found>(
  what: string,
  check: () => Promise<Found | undefined | false> | Found | undefined | false,
  withinMs: number = waitLimitMs,
): Promise<Found> {
  const started = performance.now();
  let last: unknown = "nothing";
  for (;;) {
    try {
      const found = await check();
      if (found !== undefined && found !== false) return found;
      last = found;
    } catch (error) {
      last = error;
    }
    if (performance.now() - started > withinMs)
      throw new Error(`not within ${withinMs} ms: ${what}. Last result: ${String(last)}`, { cause: last });
    await new Promise((resolve) => setTimeout(resolve, checkIntervalMs));
  }
}
