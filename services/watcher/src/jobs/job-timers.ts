import type { Logger } from "@heliograph/server-kit";
import { type Clock, systemClock } from "@heliograph/shared/clock";
import { sleep } from "@heliograph/shared/sleep";
import type { Job } from "./job.ts";
import type { JobMetrics } from "./job-metrics.ts";
import type { JobRunner } from "./job-runner.ts";
import type { JobStatus, JobStatusStore } from "./job-status-store.ts";

/** Interval between reads of the job statuses. */
const checkEveryMs = 5000;
/** A queued job counts as overdue after this many of its intervals, but not before `overdueAtLeastMs`. */
const overdueIntervals = 3;
const overdueAtLeastMs = 30_000;
/** Pause after the first failure. It doubles with each failure, up to the interval of the job. */
const firstRetryMs = 1000;

/**
 * Whether the leader should run a job now. Without a queue that is when its interval has passed. With a queue it is when
 * the queue has not run the job for too long, because Redis is unavailable or was emptied: the end of a grant must not
 * depend on Redis.
 */
export function isDue(job: Job, status: JobStatus, withQueue: boolean): boolean {
  const pauseMs =
    status.failures > 0 ? Math.min(job.everyMs, firstRetryMs * 2 ** Math.min(status.failures, 30)) : job.everyMs;
  if (status.attemptedAgoMs < pauseMs) return false;
  return !withQueue || (status.succeededAgoMs ?? Number.POSITIVE_INFINITY) >= overdueMs(job);
}

export const overdueMs = (job: Job): number => Math.max(overdueIntervals * job.everyMs, overdueAtLeastMs);

/** Reads the job statuses on every watcher, for the metrics, and runs due jobs on the leader. */
export class JobTimers {
  readonly #jobs: readonly Job[];
  readonly #runner: JobRunner;
  readonly #statusStore: JobStatusStore;
  readonly #metrics: JobMetrics;
  readonly #logger: Logger;
  readonly #leading: () => boolean;
  readonly #withQueue: boolean;
  readonly #onOverdue: () => void;
  readonly #clock: Clock;
  readonly #startedAt: number;

  constructor(parts: {
    jobs: readonly Job[];
    runner: JobRunner;
    statusStore: JobStatusStore;
    metrics: JobMetrics;
    logger: Logger;
    leading: () => boolean;
    withQueue: boolean;
    /** Called when a queued job is overdue: the queue may have lost its schedulers. */
    onOverdue?: () => void;
    clock?: Clock;
  }) {
    this.#jobs = parts.jobs;
    this.#runner = parts.runner;
    this.#statusStore = parts.statusStore;
    this.#metrics = parts.metrics;
    this.#logger = parts.logger;
    this.#leading = parts.leading;
    this.#withQueue = parts.withQueue;
    this.#onOverdue = parts.onOverdue ?? (() => undefined);
    this.#clock = parts.clock ?? systemClock;
    this.#startedAt = this.#clock.now();
  }

  /** Starts every due job without waiting for it: a long job must not delay the others. */
  async round(): Promise<void> {
    const statuses = await this.#statusStore.read();
    this.#metrics.update(statuses);
    if (!this.#leading()) return;
    let overdue = false;
    for (const job of this.#jobs) {
      if (this.#runner.isRunning(job.name)) continue;
      // A job that never ran on this database counts, with a queue, as tried at our start: the queue gets the first chance.
      const age = this.#withQueue ? this.#clock.now() - this.#startedAt : Number.POSITIVE_INFINITY;
      const status = statuses.get(job.name) ?? { attemptedAgoMs: age, succeededAgoMs: age, failures: 0, report: {} };
      if (!isDue(job, status, this.#withQueue)) continue;
      overdue ||= this.#withQueue;
      // The runner records and logs a failure; a later round retries.
      this.#runner.run(job.name, "timer").catch(() => undefined);
    }
    if (overdue) this.#onOverdue();
  }

  /** Runs rounds until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.round();
      } catch (error) {
        this.#logger.warn({ err: error, waitMs: checkEveryMs }, "failed to read job statuses; retrying");
      }
      await sleep(checkEveryMs, signal, this.#clock);
    }
  }
}
