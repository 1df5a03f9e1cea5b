import type { Logger } from "@heliograph/server-kit";
import { sleep } from "@heliograph/shared/sleep";
import { Queue, Worker } from "bullmq";
import type { Job } from "./job.ts";
import { createJobRedis } from "./job-redis.ts";

/** The schedulers are written again so often: an emptied Redis knows none. */
const upsertEveryMs = 3_600_000;
/** What tests make shorter. */
export interface JobQueueSettings {
  /** A failed run is tried so often in all, with doubling pauses; then the next time of the job comes. */
  readonly attempts: number;
  readonly firstRetryMs: number;
  /** What the queue remembers of past runs; the ledger in the database remembers the rest. */
  readonly keptDone: number;
  readonly keptFailed: number;
  /** How long the end waits for running jobs and for Redis. Whoever stops a watcher may kill it 5 s after SIGTERM. */
  readonly closeMs: number;
}

const defaults: JobQueueSettings = { attempts: 5, firstRetryMs: 1000, keptDone: 20, keptFailed: 100, closeMs: 3000 };

export interface JobQueue {
  /** Writes the schedulers now; one call at a time, others join it. Waits for Redis. */
  upsert(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Job schedulers in Redis, shared by all watchers with this prefix: each time of a job is taken by one of them, and by
 * another one if that dies. Starts without Redis and begins to work when it comes.
 */
export function startJobQueue(parts: {
  url: string;
  prefix: string;
  jobs: readonly Job[];
  /** Runs the job of this name. */
  run: (name: string) => Promise<void>;
  logger: Logger;
  settings?: Partial<JobQueueSettings>;
}): JobQueue {
  const { url, prefix, jobs, run, logger } = parts;
  const settings = { ...defaults, ...parts.settings };
  const name = "jobs";
  const [forQueue, forWorker] = [createJobRedis(url, "watcher-jobs"), createJobRedis(url, "watcher-job-worker")];
  // Without the look at the server's version: it takes INFO, which the rights of this user need not include. The price is
  // that waits are rounded up to whole seconds.
  const common = { prefix, skipVersionCheck: true };
  const queue = new Queue(name, {
    ...common,
    connection: forQueue.redis,
    defaultJobOptions: {
      attempts: settings.attempts,
      backoff: { type: "exponential", delay: settings.firstRetryMs, jitter: 0.5 },
      removeOnComplete: { count: settings.keptDone },
      removeOnFail: { count: settings.keptFailed },
    },
  });
  const worker = new Worker(name, (job) => run(job.name), {
    ...common,
    connection: forWorker.redis,
    concurrency: 2,
    runRetryDelay: 1000,
    // Of two watchers that wait, one takes the note of what comes next; the other looks by itself after so many seconds.
    drainDelay: 1,
  });
  let closing = false;
  let troubled = false;
  const onError = (error: Error): void => {
    if (troubled || closing) return;
    troubled = true;
    logger.warn({ cause: error.message }, "the job queue has no Redis; the leader runs what becomes overdue");
  };
  queue.on("error", onError);
  worker.on("error", onError);

  let upserting: Promise<void> | undefined;
  const write = async (): Promise<void> => {
    for (const job of jobs) await queue.upsertJobScheduler(job.name, { every: job.everyMs }, { name: job.name });
    const known = new Set(jobs.map((job) => job.name));
    for (const scheduler of await queue.getJobSchedulers()) {
      if (!known.has(scheduler.key)) await queue.removeJobScheduler(scheduler.key);
    }
  };
  const upsert = (): Promise<void> => {
    upserting ??= write()
      .catch((error: Error) => {
        if (!closing)
          logger.warn({ cause: error.message }, "job schedulers were not written; the next try is within the hour");
      })
      .finally(() => {
        upserting = undefined;
      });
    return upserting;
  };
  // At each connection: the server behind it may be another one, or have lost everything.
  forQueue.redis.on("ready", () => {
    if (troubled) logger.info("the job queue is back");
    troubled = false;
    void upsert();
  });
  const hourly = setInterval(() => void upsert(), upsertEveryMs);
  hourly.unref();

  return {
    upsert,
    async close() {
      closing = true;
      clearInterval(hourly);
      // Each waits for Redis, and a silent server answers nobody.
      await Promise.race([Promise.allSettled([worker.close(), queue.close()]), sleep(settings.closeMs)]);
      forWorker.disconnect();
      forQueue.disconnect();
    },
  };
}
