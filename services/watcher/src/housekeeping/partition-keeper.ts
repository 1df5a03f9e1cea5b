import type { Logger } from "@heliograph/server-kit";
import { sleep } from "@heliograph/shared/sleep";
import type { LogDatabase } from "../claim/log-database.ts";

/** Interval of the check. Partitions exist 14 days ahead, so days of failures do not affect writers. */
const everyMs = 60 * 60 * 1000;
/** Pause after a failure, such as a lock timeout or a restarting server. */
const retryMs = 30_000;

/**
 * Creates log partitions ahead of time. Every watcher does it, whether or not it leads or sync is switched on: it is
 * idempotent, and without a partition the users' own writes would fail.
 */
export async function keepPartitions(parts: {
  database: LogDatabase;
  days: number;
  logger: Logger;
  signal: AbortSignal;
  /** Called after each success. */
  onKept?: () => void;
}): Promise<void> {
  const { database, days, logger, signal, onKept } = parts;
  while (!signal.aborted) {
    let pauseMs = everyMs;
    try {
      const created = await database.ensurePartitions(days);
      onKept?.();
      if (created > 0) logger.info({ created, days }, "created log partitions");
    } catch (error) {
      logger.error({ err: error, waitMs: retryMs }, "failed to create log partitions; retrying");
      pauseMs = retryMs;
    }
    await sleep(pauseMs, signal);
  }
}
