import type { Logger } from "@heliograph/server-kit";
import type { Job } from "./job.ts";
import type { JobMetrics } from "./job-metrics.ts";
import type { JobStatusStore } from "./job-status-store.ts";

/** What made a job run: its place in the queue, or the leader's clock. */
export type Trigger = "queue" | "timer";

/** Runs jobs, whatever triggers them, and keeps record: in the statusStore, in metrics and in the log of the process. */
export class JobRunner {
  readonly #jobs: ReadonlyMap<string, Job>;
  readonly #statusStore: JobStatusStore;
  readonly #metrics: JobMetrics;
  readonly #logger: Logger;
  readonly #signal: AbortSignal;
  readonly #now: () => number;
  readonly #running = new Map<string, Promise<void>>();

  /** `signal` asks what runs to come to its end. */
  constructor(parts: {
    jobs: readonly Job[];
    statusStore: JobStatusStore;
    metrics: JobMetrics;
    logger: Logger;
    signal: AbortSignal;
    now?: () => number;
  }) {
    this.#jobs = new Map(parts.jobs.map((job) => [job.name, job]));
    this.#statusStore = parts.statusStore;
    this.#metrics = parts.metrics;
    this.#logger = parts.logger;
    this.#signal = parts.signal;
    this.#now = parts.now ?? (() => performance.now());
  }

  isRunning(name: string): boolean {
    return this.#running.has(name);
  }

  /**
   * Runs a job, or joins the run that is under way in this process. A name that is not known is left alone: during a
   * deployment watchers of two versions share the queue.
   * @throws what the job throws, after it was recorded
   */
  run(name: string, trigger: Trigger): Promise<void> {
    const job = this.#jobs.get(name);
    if (!job) {
      this.#logger.warn({ job: name }, "this version does not know the job");
      return Promise.resolve();
    }
    const running = this.#running.get(name);
    if (running !== undefined) return running;
    const run = this.#work(job, trigger).finally(() => this.#running.delete(name));
    this.#running.set(name, run);
    return run;
  }

  /** Resolves when nothing runs any more. */
  async idle(): Promise<void> {
    await Promise.allSettled(this.#running.values());
  }

  async #work(job: Job, trigger: Trigger): Promise<void> {
    const started = this.#now();
    const labels = { job: job.name, trigger };
    try {
      await this.#statusStore.begun(job.name);
      const report = await job.run(this.#signal);
      const tookMs = this.#now() - started;
      await this.#statusStore.succeeded(job.name, tookMs, report);
      this.#metrics.runs.inc({ ...labels, result: "ok" });
      this.#metrics.seconds.observe({ job: job.name }, tookMs / 1000);
      this.#logger.debug({ ...labels, tookMs: Math.round(tookMs), report }, "job done");
    } catch (error) {
      this.#metrics.runs.inc({ ...labels, result: "failed" });
      this.#logger.error({ ...labels, err: error }, "job failed; it is tried again");
      // The database may be what failed; then the missing success says enough.
      await this.#statusStore.failed(job.name, error).catch(() => undefined);
      throw error;
    }
  }
}
