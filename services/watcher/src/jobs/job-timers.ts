import type { Logger } from "@heliograph/server-kit";
import { sleep } from "@heliograph/shared/sleep";
import type { Job } from "./job.ts";
import type { JobMetrics } from "./job-metrics.ts";
import type { JobRunner } from "./job-runner.ts";
import type { JobStatus, JobStatusStore } from "./job-status-store.ts";

/** How often the ledger is looked at. */
const lookMs = 5000;
/** A job that the queue should have run counts as forgotten after so many of its intervals, and not before so long. */
const overdueIntervals = 3;
const overdueAtLeastMs = 30_000;
/** Pause after the first failure; it doubles with each, up to the interval of the job. */
const firstRetryMs = 1000;

/**
 * Whether the leader should run a job now. Without a queue: when its time has come. With one: only when the queue has
 * forgotten it, because Redis is away or was emptied; whether grants end must not depend on that.
 */
export function isDue(job: Job, record: JobStatus, withQueue: boolean): boolean {
  const pauseMs =
    record.failures > 0 ? Math.min(job.everyMs, firstRetryMs * 2 ** Math.min(record.failures, 30)) : job.everyMs;
  if (record.attemptedAgoMs < pauseMs) return false;
  return !withQueue || (record.succeededAgoMs ?? Number.POSITIVE_INFINITY) >= overdueMs(job);
}

export const overdueMs = (job: Job): number => Math.max(overdueIntervals * job.everyMs, overdueAtLeastMs);

/** The leader's own clock for the jobs, and every watcher's look into the statusStore. */
export class JobTimers {
  readonly #jobs: readonly Job[];
  readonly #runner: JobRunner;
  readonly #statusStore: JobStatusStore;
  readonly #metrics: JobMetrics;
  readonly #logger: Logger;
  readonly #leading: () => boolean;
  readonly #withQueue: boolean;
  readonly #onOverdue: () => void;
  readonly #now: () => number;
  readonly #startedAt: number;

  constructor(parts: {
    jobs: readonly Job[];
    runner: JobRunner;
    statusStore: JobStatusStore;
    metrics: JobMetrics;
    logger: Logger;
    leading: () => boolean;
    withQueue: boolean;
    /** The queue seems to have forgotten its schedulers. */
    onOverdue?: () => void;
    now?: () => number;
  }) {
    this.#jobs = parts.jobs;
    this.#runner = parts.runner;
    this.#statusStore = parts.statusStore;
    this.#metrics = parts.metrics;
    this.#logger = parts.logger;
    this.#leading = parts.leading;
    this.#withQueue = parts.withQueue;
    this.#onOverdue = parts.onOverdue ?? (() => undefined);
    this.#now = parts.now ?? (() => performance.now());
    this.#startedAt = this.#now();
  }

  /** Starts what is due and does not wait for it: a long job must not keep the others back. */
  async round(): Promise<void> {
    const records = await this.#statusStore.read();
    this.#metrics.note(records);
    if (!this.#leading()) return;
    let overdue = false;
    for (const job of this.#jobs) {
      if (this.#runner.isRunning(job.name)) continue;
      // Never run on this database: with a queue as if tried at our start, so that the queue gets its chance first.
      const age = this.#withQueue ? this.#now() - this.#startedAt : Number.POSITIVE_INFINITY;
      const record = records.get(job.name) ?? { attemptedAgoMs: age, succeededAgoMs: age, failures: 0, report: {} };
      if (!isDue(job, record, this.#withQueue)) continue;
      overdue ||= this.#withQueue;
      // A failure is recorded and told by the runner; the next look tries again.
      this.#runner.run(job.name, "timer").catch(() => undefined);
    }
    if (overdue) this.#onOverdue();
  }

  /** Looks until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.round();
      } catch (error) {
        this.#logger.warn({ err: error }, "cannot see how the jobs went; trying again");
      }
      await sleep(lookMs, signal);
    }
  }
}
