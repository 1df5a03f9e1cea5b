import { waitLimitMs } from "./wait-limit.ts";

/** Pause between two looks: short against every promised time, long enough to leave the cores to the cluster. */
const lookEveryMs = 20;

/**
 * Looks again and again until `look` answers something other than undefined or false, and resolves with it. A look that
 * throws counts as "not yet", because processes and servers are killed while they are watched.
 * @throws naming what was waited for and what the last look said
 */
export async function waitFor<Found>(
  what: string,
  look: () => Promise<Found | undefined | false> | Found | undefined | false,
  withinMs: number = waitLimitMs,
): Promise<Found> {
  const started = performance.now();
  let last: unknown = "nothing";
  for (;;) {
    try {
      const found = await look();
      if (found !== undefined && found !== false) return found;
      last = found;
    } catch (error) {
      last = error;
    }
    if (performance.now() - started > withinMs)
      throw new Error(`not within ${withinMs} ms: ${what}. The last look said: ${String(last)}`, { cause: last });
    await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
  }
}
