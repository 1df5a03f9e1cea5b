/** Numbers that one run reports, for example how many rows it deleted. Kept with the job's last success. */
export type JobReport = Readonly<Record<string, number>>;

/**
 * Work that is done from time to time by any one of the watchers. Doing it twice, or twice at once, does no harm: a queue
 * delivers at least once, and a leader does not wait for it for ever.
 */
export interface Job {
  /** Also its key in app.job, in the queue and in the metrics. */
  readonly name: string;
  readonly everyMs: number;
  /** Works until done or until the signal aborts; what is left is done by the next run. */
  run(signal: AbortSignal): Promise<JobReport>;
}
