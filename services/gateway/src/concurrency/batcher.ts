import { setImmediate } from "node:timers";
import { setTimeout as wait } from "node:timers/promises";

interface WaitingJob<Job, Answer> {
  readonly job: Job;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Groups many small jobs into few statements: jobs that arrive in the same turn of the event loop, or while a statement is
 * running, go into the next one. A hundred sockets that subscribe together cost two or three statements, and a single one
 * does not wait. Only one statement runs at a time, which also protects the database from a thundering herd.
 */
export class Batcher<Job, Answer> {
  readonly #run: (jobs: readonly Job[]) => Promise<readonly Answer[]>;
  readonly #maxJobs: number;
  readonly #spacingMs: number;
  #waiting: WaitingJob<Job, Answer>[] = [];
  #busy = false;
  #ranAt = Number.NEGATIVE_INFINITY;

  /**
   * `run` answers in the order of the jobs; when it rejects, every job of that batch fails. `spacingMs`: least time from
   * one statement to the next, for jobs that come in thousands but not at the same moment; the first one does not wait.
   */
  constructor(
    run: (jobs: readonly Job[]) => Promise<readonly Answer[]>,
    { maxJobs, spacingMs = 0 }: { maxJobs: number; spacingMs?: number },
  ) {
    this.#run = run;
    this.#maxJobs = maxJobs;
    this.#spacingMs = spacingMs;
  }

  add(job: Job): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ job, resolve, reject });
      if (!this.#busy) void this.#drain();
    });
  }

  async #drain(): Promise<void> {
    this.#busy = true;
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#waiting.length > 0) {
      const early = this.#ranAt + this.#spacingMs - performance.now();
      if (early > 0 && this.#waiting.length < this.#maxJobs) await wait(early);
      this.#ranAt = performance.now();
      const batch = this.#waiting.splice(0, this.#maxJobs);
      try {
        const answers = await this.#run(batch.map(({ job }) => job));
        for (const [at, { resolve }] of batch.entries()) resolve(answers[at] as Answer);
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    this.#busy = false;
  }
}
