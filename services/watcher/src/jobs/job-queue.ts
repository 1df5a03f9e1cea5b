import type { Logger } from "@heliograph/server-kit";
import { sleep } from "@heliograph/shared/sleep";
import { Queue, Worker } from "bullmq";
import type { Job } from "./job.ts";
import { createJobRedis } from "./job-redis.ts";

/** Interval at which the schedulers are written again, since an emptied Redis has none. */
const upsertEveryMs = 3_600_000;

/** Retries, history and shutdown of the queue; tests shorten them. */
export interface JobQueueSettings {
  /** Attempts of a run, with doubling pauses between them, before it waits for the next interval. */
  readonly attempts: number;
  readonly firstRetryMs: number;
  /** Finished and failed runs that the queue keeps; app.job keeps the status in the database. */
  readonly keptDone: number;
  readonly keptFailed: number;
  /** Longest wait of `close` for running jobs and for Redis. An orchestrator may kill a watcher 5 s after SIGTERM. */
  readonly closeMs: number;
}

const defaults: JobQueueSettings = { attempts: 5, firstRetryMs: 1000, keptDone: 20, keptFailed: 100, closeMs: 3000 };

export interface JobQueue {
  /** Writes the schedulers now and waits for Redis. Concurrent calls share one write. */
  upsert(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Starts job schedulers in Redis, shared by all watchers with this prefix: one watcher takes each run of a job, and another
 * takes over if it crashes. Starts without Redis too, and works as soon as Redis is reachable.
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
  // The version check needs INFO, which this Redis user may lack. Without the check, BullMQ rounds waits up to whole
  // seconds.
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
    // Seconds after which a waiting worker polls by itself: of two waiting watchers, Redis notifies only one.
    drainDelay: 1,
  });
  let closing = false;
  let unreachable = false;
  const onError = (error: Error): void => {
    if (unreachable || closing) return;
    unreachable = true;
    logger.warn(
      { cause: error.message },
      "job queue cannot reach Redis; the leader runs overdue jobs until it reconnects",
    );
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
        if (!closing) logger.warn({ cause: error.message }, "failed to write job schedulers; retrying within the hour");
      })
      .finally(() => {
        upserting = undefined;
      });
    return upserting;
  };
  // At each connection: the server may be a different one or have lost its data.
  forQueue.redis.on("ready", () => {
    if (unreachable) logger.info("job queue reconnected to Redis");
    unreachable = false;
    void upsert();
  });
  const hourly = setInterval(() => void upsert(), upsertEveryMs);
  hourly.unref();

  return {
    upsert,
    async close() {
      closing = true;
      clearInterval(hourly);
      // Both wait for Redis, which a silent server never answers; hence the time limit.
      await Promise.race([Promise.allSettled([worker.close(), queue.close()]), sleep(settings.closeMs)]);
      forWorker.disconnect();
      forQueue.disconnect();
    },
  };
}
