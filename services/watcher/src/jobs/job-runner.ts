import type { Logger } from "@heliograph/server-kit";
import { type Clock, systemClock } from "@heliograph/shared/clock";
import type { Job } from "./job.ts";
import type { JobMetrics } from "./job-metrics.ts";
import type { JobStatusStore } from "./job-status-store.ts";

/** What started a run: the queue or the leader's timer. */
export type Trigger = "queue" | "timer";

/** Runs jobs and records each run in the job status, the metrics and the process log. */
export class JobRunner {
  readonly #jobs: ReadonlyMap<string, Job>;
  readonly #statusStore: JobStatusStore;
  readonly #metrics: JobMetrics;
  readonly #logger: Logger;
  readonly #signal: AbortSignal;
  readonly #clock: Clock;
  readonly #running = new Map<string, Promise<void>>();

  /** `signal` asks running jobs to stop early. */
  constructor(parts: {
    jobs: readonly Job[];
    statusStore: JobStatusStore;
    metrics: JobMetrics;
    logger: Logger;
    signal: AbortSignal;
    clock?: Clock;
  }) {
    this.#jobs = new Map(parts.jobs.map((job) => [job.name, job]));
    this.#statusStore = parts.statusStore;
    this.#metrics = parts.metrics;
    this.#logger = parts.logger;
    this.#signal = parts.signal;
    this.#clock = parts.clock ?? systemClock;
  }

  isRunning(name: string): boolean {
    return this.#running.has(name);
  }

  /**
   * Runs a job, or joins its current run in this process. An unknown name is ignored: during a deployment watchers of two
   * versions share the queue.
   * @throws the job's error, after recording it
   */
  run(name: string, trigger: Trigger): Promise<void> {
    const job = this.#jobs.get(name);
    if (!job) {
      this.#logger.warn({ job: name }, "ignoring a job that this version does not have");
      return Promise.resolve();
    }
    const running = this.#running.get(name);
    if (running !== undefined) return running;
    const run = this.#work(job, trigger).finally(() => this.#running.delete(name));
    this.#running.set(name, run);
    return run;
  }

  /** Resolves when no job is running. */
  async idle(): Promise<void> {
    await Promise.allSettled(this.#running.values());
  }

  async #work(job: Job, trigger: Trigger): Promise<void> {
    const started = this.#clock.now();
    const labels = { job: job.name, trigger };
    try {
      await this.#statusStore.recordStart(job.name);
      const report = await job.run(this.#signal);
      const tookMs = this.#clock.now() - started;
      await this.#statusStore.recordSuccess(job.name, tookMs, report);
      this.#metrics.runs.inc({ ...labels, result: "ok" });
      this.#metrics.seconds.observe({ job: job.name }, tookMs / 1000);
      this.#logger.debug({ ...labels, tookMs: Math.round(tookMs), report }, "job completed");
    } catch (error) {
      this.#metrics.runs.inc({ ...labels, result: "failed" });
      this.#logger.error({ ...labels, err: error }, "job failed; retrying later");
      // When the database itself failed, the growing age of the last success shows it.
      await this.#statusStore.recordFailure(job.name, error).catch(() => undefined);
      throw error;
    }
  }
}
