import type { MetricsRegistry } from "@heliograph/server-kit";
import { type Clock, systemClock } from "@heliograph/shared/clock";
import { Counter, Gauge, Histogram } from "prom-client";
import type { JobStatus } from "./job-status-store.ts";

/** Metrics of the jobs. Every watcher reports the shared job statuses, so any of them can be scraped. */
export type JobMetrics = ReturnType<typeof createJobMetrics>;

export function createJobMetrics(metricsRegistry: MetricsRegistry, clock: Clock = systemClock) {
  const registers = [metricsRegistry];
  let latest: { readonly at: number; readonly statuses: ReadonlyMap<string, JobStatus> } | undefined;
  const forEachJob = (report: (name: string, status: JobStatus, sinceReadMs: number) => void): void => {
    for (const [name, status] of latest?.statuses ?? []) report(name, status, clock.now() - (latest?.at ?? 0));
  };
  new Gauge({
    name: "heliograph_watcher_job_age_seconds",
    help: "time since the last success of a job on any watcher",
    labelNames: ["job"],
    registers,
    // Keeps growing while the statuses cannot be read: that is when the age matters.
    collect() {
      forEachJob((job, { succeededAgoMs }, sinceReadMs) => {
        if (succeededAgoMs !== null) this.set({ job }, (succeededAgoMs + sinceReadMs) / 1000);
      });
    },
  });
  new Gauge({
    name: "heliograph_watcher_job_failures",
    help: "failed attempts of a job since its last success, on any watcher",
    labelNames: ["job"],
    registers,
    collect() {
      forEachJob((job, { failures }) => this.set({ job }, failures));
    },
  });
  new Gauge({
    name: "heliograph_watcher_table_bytes",
    help: "size of a table with its indexes and partitions",
    labelNames: ["table"],
    registers,
    collect() {
      for (const [table, bytes] of Object.entries(latest?.statuses.get("statistics")?.report ?? {}))
        this.set({ table }, bytes);
    },
  });
  new Gauge({
    name: "heliograph_watcher_sync_problems",
    help: "tracked tables whose triggers or policies were missing at the last check",
    registers,
    collect() {
      const problems = latest?.statuses.get("check-orphans")?.report["problems"];
      if (problems !== undefined) this.set(problems);
    },
  });
  return {
    runs: new Counter({
      name: "heliograph_watcher_job_runs_total",
      help: "runs of jobs in this process",
      labelNames: ["job", "trigger", "result"],
      registers,
    }),
    seconds: new Histogram({
      name: "heliograph_watcher_job_seconds",
      help: "duration of jobs that succeeded in this process",
      labelNames: ["job"],
      buckets: [0.01, 0.05, 0.25, 1, 5, 30, 120],
      registers,
    }),
    /** Replaces the reported statuses. */
    update(statuses: ReadonlyMap<string, JobStatus>): void {
      latest = { at: clock.now(), statuses };
    },
  };
}
