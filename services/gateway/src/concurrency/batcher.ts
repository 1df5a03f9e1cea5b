import { setImmediate } from "node:timers";
import { setTimeout as wait } from "node:timers/promises";

type Waiting<Job, Answer> = {
  readonly job: Job;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
};

/**
 * Turns many small jobs into few statements: what comes in the same turn of the event loop, or while a statement is on
 * its way, goes into the next one. So a hundred sockets that subscribe at once cost two or three statements, and a single
 * one waits for nothing. One statement at a time, which also keeps the database from a herd.
 */
export class Batcher<Job, Answer> {
  readonly #run: (jobs: readonly Job[]) => Promise<readonly Answer[]>;
  readonly #maxJobs: number;
  readonly #spacingMs: number;
  #waiting: Waiting<Job, Answer>[] = [];
  #busy = false;
  #ranAt = Number.NEGATIVE_INFINITY;

  /**
   * `run` answers in the order of the jobs; when it rejects, every job of that batch fails. `spacingMs`: least time from
   * one statement to the next, for jobs that come in thousands but not in the same moment; the first one still waits for
   * nothing.
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
