/** Numbers that a run reports, for example how many rows it deleted. Stored with the job's last success. */
export type JobReport = Readonly<Record<string, number>>;

/**
 * Recurring work that any watcher may run. It must be idempotent and safe to run concurrently: the queue delivers at least
 * once, and the leader runs an overdue job without waiting for the queue.
 */
export interface Job {
  /** Also the key in app.job, in the queue and in metrics. */
  readonly name: string;
  readonly everyMs: number;
  /** Runs until done or until the signal aborts; the next run does the rest. */
  run(signal: AbortSignal): Promise<JobReport>;
}
