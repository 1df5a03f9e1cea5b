import { Backoff } from "@heliograph/shared/backoff";
import { sleep } from "@heliograph/shared/sleep";
import type { Logger } from "../observability/logger.ts";

/**
 * Repeats `attempt` until it succeeds, saying what is waited for: a service that starts before its database must not
 * crash in a loop, and must not look hung either. Waits 0 to 5 s between attempts (full jitter).
 * @throws the abort reason's error when the signal is aborted
 */
export async function waitUntilReady<Result>(options: {
  readonly what: string;
  readonly logger: Logger;
  readonly signal: AbortSignal;
  readonly attempt: () => Promise<Result>;
}): Promise<Result> {
  const { what, logger, signal, attempt } = options;
  const backoff = new Backoff({ baseMs: 200, capMs: 5000 });
  for (;;) {
    signal.throwIfAborted();
    try {
      return await attempt();
    } catch (error) {
      const waitMs = Math.round(backoff.next());
      const message =
        error instanceof Error ? error.message || String((error as { code?: string }).code) : String(error);
      logger.warn({ waitMs, cause: message }, `waiting for ${what}`);
      await sleep(waitMs, signal);
    }
  }
}
