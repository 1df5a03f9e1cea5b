import { createLogger, createMetricsRegistry } from "@heliograph/server-kit";
import { expect, test } from "vitest";
import type { Job } from "./job.ts";
import { createJobMetrics } from "./job-metrics.ts";
import { JobRunner } from "./job-runner.ts";
import type { JobStatus, JobStatusStore } from "./job-status-store.ts";
import { isDue, JobTimers, overdueMs } from "./job-timers.ts";

const logger = createLogger("test", "silent");
const job = (name: string, everyMs: number): Job => ({ name, everyMs, run: async () => ({}) });
const record = (change: Partial<JobStatus>): JobStatus => ({
  attemptedAgoMs: 0,
  succeededAgoMs: 0,
  failures: 0,
  report: {},
  ...change,
});
const after = (ms: number, change: Partial<JobStatus> = {}): JobStatus =>
  record({ attemptedAgoMs: ms, succeededAgoMs: ms, ...change });

test("without a queue a job is due when its time has come", () => {
  const hourly = job("hourly", 3_600_000);
  expect(isDue(hourly, after(3_599_999), false)).toBe(false);
  expect(isDue(hourly, after(3_600_000), false)).toBe(true);
});

test("a failure is tried again soon, then more and more rarely, at last as often as the job itself", () => {
  const hourly = job("hourly", 3_600_000);
  const dueAfter = (failures: number): number => {
    let ms = 0;
    while (!isDue(hourly, after(ms, { failures }), false)) ms += 500;
    return ms;
  };
  expect([1, 2, 3, 40].map(dueAfter)).toEqual([2000, 4000, 8000, 3_600_000]);
});

// Fails when the queue is trusted: with Redis away or emptied, a grant whose time is over would count for ever.
test("with a queue only a job that it has forgotten is due, and not again before its time", () => {
  const quick = job("quick", 10_000);
  expect(overdueMs(quick)).toBe(30_000);
  expect(isDue(quick, after(29_999), true)).toBe(false);
  expect(isDue(quick, after(30_000), true)).toBe(true);
  expect(isDue(quick, record({ succeededAgoMs: 60_000, attemptedAgoMs: 9000 }), true)).toBe(false);
  expect(isDue(quick, record({ succeededAgoMs: null, attemptedAgoMs: 10_000 }), true)).toBe(true);
});

/** Timers over a ledger in memory. */
function setUp(options: { withQueue: boolean; leading: boolean; records?: [string, JobStatus][]; jobs?: Job[] }) {
  const ran: string[] = [];
  const state = { now: 0, leading: options.leading, overdue: 0 };
  const records = new Map(options.records);
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
    read: async () => records,
    begun: async () => undefined,
    succeeded: async (name) => void records.set(name, after(0)),
    failed: async (name) => void records.set(name, record({ succeededAgoMs: null, failures: 1 })),
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
    now: () => state.now,
  });
  return { ran, state, records, runner, timers };
}

test("the leader alone runs what is due, beginning with what never ran", async () => {
  const rig = setUp({ withQueue: false, leading: false });
  await rig.timers.round();
  expect(rig.ran).toEqual([]);
  rig.state.leading = true;
  await rig.timers.round();
  await rig.runner.idle();
  expect(rig.ran).toEqual(["one", "two"]);
  await rig.timers.round();
  await rig.runner.idle();
  expect(rig.ran).toEqual(["one", "two"]);
});

test("with a queue a new watcher leaves it its chance, then does the work and has the schedulers written again", async () => {
  const rig = setUp({ withQueue: true, leading: true });
  rig.state.now = 29_999;
  await rig.timers.round();
  await rig.runner.idle();
  expect([rig.ran, rig.state.overdue]).toEqual([[], 0]);
  rig.state.now = 30_000;
  await rig.timers.round();
  await rig.runner.idle();
  expect([rig.ran, rig.state.overdue]).toEqual([["one", "two"], 1]);
});

test("a job that takes long is not begun a second time, and keeps no other back", async () => {
  let begun = 0;
  let quick = 0;
  const end = Promise.withResolvers<void>();
  const jobs: Job[] = [
    {
      ...job("long", 10_000),
      run: async () => {
        begun += 1;
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
  const rig = setUp({ withQueue: false, leading: true, jobs });
  await rig.timers.round();
  rig.records.delete("quick");
  await expect.poll(() => rig.runner.isRunning("quick")).toBe(false);
  rig.records.delete("quick");
  await rig.timers.round();
  expect(begun).toBe(1);
  expect(quick).toBe(2);
  end.resolve();
  await rig.runner.idle();
});
