import type { Logger } from "@heliograph/server-kit";
import { type Clock, systemClock } from "@heliograph/shared/clock";
import { sleep } from "@heliograph/shared/sleep";
import type { LogDatabase } from "../claim/log-database.ts";

/** Interval at which partitions are created. They exist 14 days ahead, so days of failures do not affect the log. */
const everyMs = 60 * 60 * 1000;
/** Pause after a failure, such as a lock timeout or a restarting server. */
const retryMs = 30_000;
/** Interval of the check for rows whose day has no partition. */
const checkEveryMs = 5000;

/**
 * Creates log partitions ahead of time, and at once when rows have none. Every watcher does it, whether or not it leads or sync
 * is switched on: it is idempotent.
 */
export async function keepPartitions(parts: {
  database: Pick<LogDatabase, "ensurePartitions" | "countRowsWithoutDay">;
  days: number;
  logger: Logger;
  signal: AbortSignal;
  clock?: Clock;
  /** Called after each success. */
  onKept?: () => void;
  /** Called after each check with the number of rows that have no partition. */
  onChecked?: (rows: number) => void;
}): Promise<void> {
  const { database, days, logger, signal, clock = systemClock, onKept, onChecked } = parts;
  let keptAt = Number.NEGATIVE_INFINITY;
  let remaining = 0;
  while (!signal.aborted) {
    let pauseMs = checkEveryMs;
    try {
      const found = await database.countRowsWithoutDay();
      onChecked?.(found);
      // Rows of days far from today stay, so only a change is reported.
      if (found > remaining)
        logger.error({ rows: found }, "rows of the log have no partition for their day; creating partitions");
      if (found > 0 || clock.now() - keptAt >= everyMs) {
        const created = await database.ensurePartitions(days);
        keptAt = clock.now();
        onKept?.();
        if (created > 0) logger.info({ created, days }, "created log partitions");
      }
      remaining = found > 0 ? await database.countRowsWithoutDay() : 0;
    } catch (error) {
      logger.error({ err: error, waitMs: retryMs }, "failed to create log partitions; retrying");
      pauseMs = retryMs;
    }
    await sleep(pauseMs, signal, clock);
  }
}
