import { createPool, type Logger, type MetricsRegistry } from "@heliograph/server-kit";
import type { DatabaseNames } from "@heliograph/shared/database-names";
import { sleep } from "@heliograph/shared/sleep";
import { createRetentionDatabase, type LogHalf } from "../housekeeping/log-retention.ts";
import { createJobCatalog } from "./job-catalog.ts";
import { createJobMetrics } from "./job-metrics.ts";
import { startJobQueue } from "./job-queue.ts";
import { JobRunner } from "./job-runner.ts";
import { createJobStatusStore } from "./job-status-store.ts";
import { JobTimers } from "./job-timers.ts";

/** Size of the pool for jobs. It is separate so that a long deletion does not keep a claim waiting for a connection. */
const poolSize = 3;
/** Longest statement of a job. Reading a day of the audit log takes seconds. */
const statementTimeoutMs = 60_000;
/** Longest wait for running jobs at shutdown. A statement that is still running ends with the process and is repeated. */
const stopWithinMs = 1000;

/** Starts the recurring jobs of one watcher. @returns stops them */
export function startJobs(parts: {
  databaseUrl: string;
  names: DatabaseNames;
  /** Null: only the leader's timer starts jobs. */
  redisUrl: string | null;
  redisPrefix: string;
  keep: Readonly<Record<LogHalf, number>>;
  leading: () => boolean;
  logger: Logger;
  metricsRegistry: MetricsRegistry;
}): () => Promise<void> {
  const { logger } = parts;
  const stop = new AbortController();
  const pool = createPool({
    url: parts.databaseUrl,
    names: parts.names,
    name: "heliograph-watcher-jobs",
    max: poolSize,
    logger,
    session: {
      idle_in_transaction_session_timeout: "2s",
      lock_timeout: "1s",
      statement_timeout: `${statementTimeoutMs}ms`,
    },
    queryTimeoutMs: statementTimeoutMs + 1000,
  });
  const jobs = createJobCatalog({ pool, retention: createRetentionDatabase({ pool, keep: parts.keep }), logger });
  const statusStore = createJobStatusStore(pool);
  const metrics = createJobMetrics(parts.metricsRegistry);
  const runner = new JobRunner({ jobs, statusStore, metrics, logger, signal: stop.signal });
  const queue =
    parts.redisUrl === null
      ? undefined
      : startJobQueue({
          url: parts.redisUrl,
          prefix: parts.redisPrefix,
          jobs,
          run: (name) => runner.run(name, "queue"),
          logger,
        });
  const timers = new JobTimers({
    jobs,
    runner,
    statusStore,
    metrics,
    logger,
    leading: parts.leading,
    withQueue: queue !== undefined,
    ...(queue && { onOverdue: () => void queue.upsert() }),
  });
  const timing = timers.run(stop.signal);
  return async () => {
    stop.abort();
    await queue?.close();
    await Promise.race([Promise.all([timing, runner.idle()]).then(() => pool.end()), sleep(stopWithinMs)]);
  };
}
