import type { MetricsRegistry } from "@heliograph/server-kit";
import { Counter, Gauge, Histogram } from "prom-client";
import type { JobStatus } from "./job-status-store.ts";

/** Metrics of the jobs. What the ledger knows is the same on every watcher, so any one of them may be asked. */
export type JobMetrics = ReturnType<typeof createJobMetrics>;

export function createJobMetrics(metricsRegistry: MetricsRegistry, now: () => number = () => performance.now()) {
  const registers = [metricsRegistry];
  let seen: { readonly at: number; readonly records: ReadonlyMap<string, JobStatus> } | undefined;
  const fromLedger = (set: (name: string, record: JobStatus, sinceMs: number) => void): void => {
    for (const [name, record] of seen?.records ?? []) set(name, record, now() - (seen?.at ?? 0));
  };
  new Gauge({
    name: "heliograph_watcher_job_age_seconds",
    help: "since the last success of a job on any watcher",
    labelNames: ["job"],
    registers,
    // Counts on while the ledger cannot be read: that is when it matters.
    collect() {
      fromLedger((job, { succeededAgoMs }, sinceMs) => {
        if (succeededAgoMs !== null) this.set({ job }, (succeededAgoMs + sinceMs) / 1000);
      });
    },
  });
  new Gauge({
    name: "heliograph_watcher_job_failures",
    help: "failed attempts of a job since its last success, on any watcher",
    labelNames: ["job"],
    registers,
    collect() {
      fromLedger((job, { failures }) => this.set({ job }, failures));
    },
  });
  new Gauge({
    name: "heliograph_watcher_table_bytes",
    help: "size of a table with its indexes and partitions",
    labelNames: ["table"],
    registers,
    collect() {
      for (const [table, bytes] of Object.entries(seen?.records.get("statistics")?.report ?? {}))
        this.set({ table }, bytes);
    },
  });
  new Gauge({
    name: "heliograph_watcher_sync_problems",
    help: "live tables whose triggers or policies are missing, at the last look",
    registers,
    collect() {
      const problems = seen?.records.get("check-orphans")?.report["problems"];
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
    /** Takes over what the ledger says. */
    note(records: ReadonlyMap<string, JobStatus>): void {
      seen = { at: now(), records };
    },
  };
}
