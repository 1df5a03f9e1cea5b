import { randomUUID } from "node:crypto";
import { connect, createServer, type Server, type Socket } from "node:net";
import { createLogger, createRedis } from "@heliograph/server-kit";
import { startFreezableProxy } from "@heliograph/server-kit/testing";
import { Queue } from "bullmq";
import { expect, inject, onTestFinished, test } from "vitest";
import type { Job } from "./job.ts";
import { type JobQueue, type JobQueueSettings, startJobQueue } from "./job-queue.ts";
import { createJobRedis } from "./job-redis.ts";

const logger = createLogger("test", "silent");

function redisUrl(): string {
  const url = inject("redisUrl");
  if (!url) throw new Error("this test needs Redis: install redis-server");
  return url;
}

const newPrefix = (): string => `test-${randomUUID()}`;
const every = (name: string, everyMs: number): Job => ({ name, everyMs, run: async () => ({}) });

function start(options: {
  prefix: string;
  run: (name: string) => Promise<void>;
  jobs?: Job[];
  url?: string;
  settings?: Partial<JobQueueSettings>;
}): JobQueue {
  const queue = startJobQueue({ url: redisUrl(), jobs: [every("tick", 50)], logger, ...options });
  onTestFinished(() => queue.close());
  return queue;
}

/** Records runs; `reach` resolves after `more` further runs. */
class Runs {
  readonly names: string[] = [];
  readonly note = async (name: string): Promise<void> => void this.names.push(name);
  async reach(more: number): Promise<void> {
    const goal = this.names.length + more;
    await expect.poll(() => this.names.length, { interval: 10 }).toBeGreaterThanOrEqual(goal);
  }
}

/** Deletes the keys of this test, as FLUSHALL would. */
async function flush(prefix: string): Promise<number> {
  const redis = createRedis({ url: redisUrl(), name: "test", logger });
  await new Promise<void>((resolve) => redis.once("ready", () => resolve()));
  const keys = await redis.keys(`${prefix}:*`);
  if (keys.length > 0) await redis.del(...keys);
  redis.disconnect();
  return keys.length;
}

test("one watcher takes each run of a job, and the other takes over when it closes", async () => {
  const prefix = newPrefix();
  const everyMs = 1000;
  const [first, second] = [new Runs(), new Runs()];
  const queues = [first, second].map((runs) => start({ prefix, run: runs.note, jobs: [every("tick", everyMs)] }));
  const total = (): number => first.names.length + second.names.length;
  await expect.poll(total, { interval: 10 }).toBeGreaterThan(0);
  const started = performance.now();
  await expect.poll(total, { interval: 10 }).toBeGreaterThan(4);
  // Twice as many would mean that both ran each time. At the start both write the scheduler, which may add a run.
  expect(total()).toBeLessThanOrEqual((performance.now() - started) / everyMs + 3);
  const [busy, other] = first.names.length > second.names.length ? [0, second] : [1, first];
  await queues[busy]?.close();
  await other.reach(2);
});

// Fails when the schedulers are written only once: an emptied Redis would run no jobs until a watcher restarts.
test("rewriting the schedulers restores the jobs after Redis was emptied during a run", async () => {
  const prefix = newPrefix();
  const runs = new Runs();
  const go = Promise.withResolvers<void>();
  let inside = false;
  const queue = start({
    prefix,
    run: async (name) => {
      if (runs.names.length === 2) {
        inside = true;
        await go.promise;
      }
      await runs.note(name);
    },
  });
  await expect.poll(() => inside, { interval: 5 }).toBe(true);
  expect(await flush(prefix)).toBeGreaterThan(3);
  go.resolve();
  await queue.upsert();
  await runs.reach(3);
});

test("schedulers of unknown jobs are removed, and a changed interval is applied", async () => {
  const prefix = newPrefix();
  const old = start({ prefix, jobs: [every("gone", 3_600_000), every("tick", 3_600_000)], run: async () => undefined });
  await old.upsert();
  await old.close();
  const queue = start({ prefix, jobs: [every("tick", 60_000)], run: async () => undefined });
  await queue.upsert();
  const { redis, disconnect } = createJobRedis(redisUrl(), "test");
  onTestFinished(disconnect);
  const schedulers = await new Queue("jobs", { connection: redis, prefix }).getJobSchedulers();
  expect(schedulers.map(({ key, every: ms }) => ({ key, ms }))).toEqual([{ key: "tick", ms: 60_000 }]);
});

test("a failing job is retried a limited number of times, and the kept history is bounded", async () => {
  const prefix = newPrefix();
  let tries = 0;
  const settings = { attempts: 3, firstRetryMs: 10, keptFailed: 2, keptDone: 2 };
  const run = async (): Promise<void> => {
    tries += 1;
    throw new Error("no");
  };
  start({ prefix, run, jobs: [every("tick", 100)], settings });
  await expect.poll(() => tries, { interval: 20 }).toBeGreaterThanOrEqual(18);
  const { redis, disconnect } = createJobRedis(redisUrl(), "test");
  onTestFinished(disconnect);
  const failed = await new Queue("jobs", { connection: redis, prefix }).getFailed();
  expect(failed.length).toBe(2);
  expect(failed.map((job) => job.attemptsMade)).toEqual([3, 3]);
});

/** A proxy to Redis whose port refuses connections until `open` is called. */
async function startClosedProxy(): Promise<{ url: string; open(): Promise<void> } & AsyncDisposable> {
  const { hostname, port: redisPort, protocol, pathname } = new URL(redisUrl());
  const sockets = new Set<Socket>();
  const server: Server = createServer((near) => {
    const far = protocol === "unix:" ? connect(pathname) : connect(Number(redisPort || 6379), hostname);
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on("error", () => undefined);
    }
    near.pipe(far).pipe(near);
  });
  const listen = (port: number) => new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  await listen(0);
  const address = server.address();
  const port = typeof address === "object" && address ? address.port : 0;
  await new Promise((resolve) => server.close(resolve));
  return {
    url: `redis://127.0.0.1:${port}`,
    open: () => listen(port),
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      if (server.listening) await new Promise((resolve) => server.close(resolve));
    },
  };
}

test("a watcher starts without Redis and runs jobs once Redis is reachable", async () => {
  await using proxy = await startClosedProxy();
  const runs = new Runs();
  const queue = start({ prefix: newPrefix(), url: proxy.url, run: runs.note });
  await proxy.open();
  await runs.reach(3);
  await queue.close();
});

test("closing takes bounded time without Redis and with a silent Redis", async () => {
  const closeMs = 500;
  await using closed = await startClosedProxy();
  await using silent = await startFreezableProxy(redisUrl());
  const runs = new Runs();
  const never = start({ prefix: newPrefix(), url: closed.url, run: runs.note, settings: { closeMs } });
  const fallen = start({ prefix: newPrefix(), url: silent.url, run: runs.note, settings: { closeMs } });
  await runs.reach(2);
  silent.freeze(true);
  const started = performance.now();
  await Promise.all([never.close(), fallen.close()]);
  expect(performance.now() - started).toBeLessThan(10 * closeMs);
});

test("closing waits for a running job, but only for a limited time", async () => {
  const closeMs = 500;
  const finish = [Promise.withResolvers<void>(), Promise.withResolvers<void>()] as const;
  const running = [false, false];
  const [unhurried, bounded] = ([0, 1] as const).map((n) =>
    start({
      prefix: newPrefix(),
      settings: { closeMs: n === 0 ? 20_000 : closeMs },
      run: async () => {
        running[n] = true;
        await finish[n].promise;
      },
    }),
  );
  await expect.poll(() => running, { interval: 10 }).toEqual([true, true]);
  let ended = false;
  const closing = unhurried?.close().then(() => {
    ended = true;
  });
  const started = performance.now();
  await bounded?.close();
  expect(performance.now() - started).toBeLessThan(10 * closeMs);
  expect(ended).toBe(false);
  finish[0].resolve();
  await closing;
  finish[1].resolve();
});
