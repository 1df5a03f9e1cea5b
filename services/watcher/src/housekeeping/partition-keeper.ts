import type { Logger } from "@heliograph/server-kit";
import { sleep } from "@heliograph/shared/sleep";
import type { LogDatabase } from "../claim/log-database.ts";

/** How often the partitions are looked at. They exist 14 days ahead, so even days of failures stop no writer. */
const everyMs = 60 * 60 * 1000;
/** After a failure (a lock that was not granted within its timeout, a restarting server). */
const retryMs = 30_000;

/**
 * Creates log partitions ahead of time. Every watcher does it, leading or not, and with sync switched off too: it is
 * idempotent, and a missing partition would fail the users' own writes.
 */
export async function keepPartitions(parts: {
  database: LogDatabase;
  days: number;
  logger: Logger;
  signal: AbortSignal;
  /** Told after each success. */
  onKept?: () => void;
}): Promise<void> {
  const { database, days, logger, signal, onKept } = parts;
  while (!signal.aborted) {
    let pauseMs = everyMs;
    try {
      const created = await database.ensurePartitions(days);
      onKept?.();
      if (created > 0) logger.info({ created, days }, "log partitions created");
    } catch (error) {
      logger.error({ err: error }, "could not create log partitions; trying again");
      pauseMs = retryMs;
    }
    await sleep(pauseMs, signal);
  }
}
