import { Backoff } from "@heliograph/shared/backoff";
import { sleep } from "@heliograph/shared/sleep";
import type { Logger } from "../observability/logger.ts";

/**
 * Repeats `attempt` until it succeeds and logs what it waits for: a service that starts before its database must neither
 * crash in a loop nor seem hung. The pause between attempts is 0 to 5 s (full jitter).
 * @throws the reason of the signal when it aborts
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
      const waitMs = backoff.next();
      const message =
        error instanceof Error ? error.message || String((error as { code?: string }).code) : String(error);
      logger.warn({ waitMs, cause: message }, `waiting for ${what}; retrying`);
      await sleep(waitMs, signal);
    }
  }
}
