import { createLogger, createMetricsRegistry, createPool, type DatabasePool } from "@heliograph/server-kit";
import { createTestDatabase, type TestDatabase } from "@heliograph/server-kit/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Job } from "./job.ts";
import { createJobMetrics } from "./job-metrics.ts";
import { JobRunner } from "./job-runner.ts";
import { createJobStatusStore } from "./job-status-store.ts";

const logger = createLogger("test", "silent");
let db: TestDatabase;
let pool: DatabasePool;

beforeAll(async () => {
  db = await createTestDatabase({ template: "suite" });
  pool = createPool({ url: db.url("heliograph_watcher"), names: db.names, name: "test", max: 2, logger });
});
afterAll(async () => {
  await pool.end();
  await db[Symbol.asyncDispose]();
});

function createRunner(jobs: readonly Job[]) {
  const metricsRegistry = createMetricsRegistry("test");
  const metrics = createJobMetrics(metricsRegistry);
  const statusStore = createJobStatusStore(pool);
  const runner = new JobRunner({ jobs, statusStore, metrics, logger, signal: new AbortController().signal });
  return { metricsRegistry, metrics, statusStore, runner };
}

test("runs and failures are stored and appear in the metrics of every watcher", async () => {
  let failing = true;
  const job: Job = {
    name: "statistics",
    everyMs: 1000,
    async run() {
      if (failing) throw new Error("not yet");
      return { task: 4096 };
    },
  };
  const { metricsRegistry, metrics, statusStore, runner } = createRunner([job]);
  for (let n = 0; n < 2; n++) await expect(runner.run("statistics", "queue")).rejects.toThrow("not yet");
  expect((await statusStore.read()).get("statistics")).toMatchObject({ failures: 2, succeededAgoMs: null });
  expect((await db.pool.query("select error from app.job")).rows).toEqual([{ error: "Error: not yet" }]);
  metrics.update(await statusStore.read());
  expect(await metricsRegistry.getSingleMetricAsString("heliograph_watcher_job_failures")).toMatch(
    /job="statistics".*\} 2$/m,
  );
  expect(await metricsRegistry.getSingleMetricAsString("heliograph_watcher_job_age_seconds")).not.toContain(
    "statistics",
  );

  failing = false;
  await runner.run("statistics", "timer");
  // Another process, which did not run the job.
  const other = createRunner([job]);
  other.metrics.update(await other.statusStore.read());
  expect(await other.metricsRegistry.getSingleMetricAsString("heliograph_watcher_job_failures")).toMatch(
    /job="statistics".*\} 0$/m,
  );
  expect(await other.metricsRegistry.getSingleMetricAsString("heliograph_watcher_table_bytes")).toMatch(
    /table="task".*\} 4096$/m,
  );
  expect(await other.metricsRegistry.getSingleMetricAsString("heliograph_watcher_job_age_seconds")).toMatch(
    /job="statistics".*\} [\d.]+$/m,
  );
  const runs = await metricsRegistry.getSingleMetricAsString("heliograph_watcher_job_runs_total");
  expect(runs).toMatch(/trigger="queue",result="failed".*\} 2$/m);
  expect(runs).toMatch(/trigger="timer",result="ok".*\} 1$/m);
});

test("simultaneous triggers share one run, and an unknown job is ignored", async () => {
  let runs = 0;
  const { runner } = createRunner([
    {
      name: "counted",
      everyMs: 1000,
      async run() {
        runs += 1;
        await pool.query("select 1");
        return {};
      },
    },
  ]);
  await Promise.all([runner.run("counted", "queue"), runner.run("counted", "timer")]);
  await runner.run("unknown", "queue");
  expect(runs).toBe(1);
});
