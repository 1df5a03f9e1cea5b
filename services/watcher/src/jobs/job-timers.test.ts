import { createLogger, createMetricsRegistry } from "@heliograph/server-kit";
import { systemClock } from "@heliograph/shared/clock";
import { expect, test } from "vitest";
import type { Job } from "./job.ts";
import { createJobMetrics } from "./job-metrics.ts";
import { JobRunner } from "./job-runner.ts";
import type { JobStatus, JobStatusStore } from "./job-status-store.ts";
import { isDue, JobTimers, overdueMs } from "./job-timers.ts";

const logger = createLogger("test", "silent");
const job = (name: string, everyMs: number): Job => ({ name, everyMs, run: async () => ({}) });
const statusWith = (change: Partial<JobStatus>): JobStatus => ({
  attemptedAgoMs: 0,
  succeededAgoMs: 0,
  failures: 0,
  report: {},
  ...change,
});
const after = (ms: number, change: Partial<JobStatus> = {}): JobStatus =>
  statusWith({ attemptedAgoMs: ms, succeededAgoMs: ms, ...change });

test("without a queue a job is due when its interval has passed", () => {
  const hourly = job("hourly", 3_600_000);
  expect(isDue(hourly, after(3_599_999), false)).toBe(false);
  expect(isDue(hourly, after(3_600_000), false)).toBe(true);
});

test("retries back off from seconds to the interval of the job", () => {
  const hourly = job("hourly", 3_600_000);
  const dueAfter = (failures: number): number => {
    let ms = 0;
    while (!isDue(hourly, after(ms, { failures }), false)) ms += 500;
    return ms;
  };
  expect([1, 2, 3, 40].map(dueAfter)).toEqual([2000, 4000, 8000, 3_600_000]);
});

// Fails when the leader relies on the queue: while Redis is unavailable or empty, an expired grant would stay effective.
test("with a queue only an overdue job is due, and not again before its interval", () => {
  const quick = job("quick", 10_000);
  expect(overdueMs(quick)).toBe(30_000);
  expect(isDue(quick, after(29_999), true)).toBe(false);
  expect(isDue(quick, after(30_000), true)).toBe(true);
  expect(isDue(quick, statusWith({ succeededAgoMs: 60_000, attemptedAgoMs: 9000 }), true)).toBe(false);
  expect(isDue(quick, statusWith({ succeededAgoMs: null, attemptedAgoMs: 10_000 }), true)).toBe(true);
});

/** Timers with job statuses in memory. */
function createTimers(options: {
  withQueue: boolean;
  leading: boolean;
  statuses?: [string, JobStatus][];
  jobs?: Job[];
}) {
  const ran: string[] = [];
  const state = { now: 0, leading: options.leading, overdue: 0 };
  const statuses = new Map(options.statuses);
  const jobs =
    options.jobs ??
    ["one", "two"].map((name) => ({
      ...job(name, 10_000),
      run: async () => {
        ran.push(name);
        return {};
      },
    }));
  const statusStore: JobStatusStore = {
    read: async () => statuses,
    recordStart: async () => undefined,
    recordSuccess: async (name) => void statuses.set(name, after(0)),
    recordFailure: async (name) => void statuses.set(name, statusWith({ succeededAgoMs: null, failures: 1 })),
  };
  const metrics = createJobMetrics(createMetricsRegistry("test"));
  const runner = new JobRunner({ jobs, statusStore, metrics, logger, signal: new AbortController().signal });
  const timers = new JobTimers({
    jobs,
    runner,
    statusStore,
    metrics,
    logger,
    leading: () => state.leading,
    withQueue: options.withQueue,
    onOverdue: () => {
      state.overdue += 1;
    },
    clock: { ...systemClock, now: () => state.now },
  });
  return { ran, state, statuses, runner, timers };
}

test("only the leader runs due jobs, including jobs that never ran", async () => {
  const run = createTimers({ withQueue: false, leading: false });
  await run.timers.round();
  expect(run.ran).toEqual([]);
  run.state.leading = true;
  await run.timers.round();
  await run.runner.idle();
  expect(run.ran).toEqual(["one", "two"]);
  await run.timers.round();
  await run.runner.idle();
  expect(run.ran).toEqual(["one", "two"]);
});

test("with a queue a new leader waits before it runs jobs itself and has the schedulers rewritten", async () => {
  const run = createTimers({ withQueue: true, leading: true });
  run.state.now = 29_999;
  await run.timers.round();
  await run.runner.idle();
  expect([run.ran, run.state.overdue]).toEqual([[], 0]);
  run.state.now = 30_000;
  await run.timers.round();
  await run.runner.idle();
  expect([run.ran, run.state.overdue]).toEqual([["one", "two"], 1]);
});

test("a long job is not started twice and does not delay the others", async () => {
  let runs = 0;
  let quick = 0;
  const end = Promise.withResolvers<void>();
  const jobs: Job[] = [
    {
      ...job("long", 10_000),
      run: async () => {
        runs += 1;
        await end.promise;
        return {};
      },
    },
    {
      ...job("quick", 10_000),
      run: async () => {
        quick += 1;
        return {};
      },
    },
  ];
  const run = createTimers({ withQueue: false, leading: true, jobs });
  await run.timers.round();
  run.statuses.delete("quick");
  await expect.poll(() => run.runner.isRunning("quick")).toBe(false);
  run.statuses.delete("quick");
  await run.timers.round();
  expect(runs).toBe(1);
  expect(quick).toBe(2);
  end.resolve();
  await run.runner.idle();
});
