import type { EmfNames, MetricsRegistry } from "@heliograph/server-kit";
import { Counter, Gauge, Histogram } from "prom-client";

/** Counters of one watcher. All names begin with heliograph_watcher_. */
export type WatcherMetrics = ReturnType<typeof createWatcherMetrics>;

/** Metrics that are written for CloudWatch each minute, by their CloudWatch name. */
export const watcherEmf: EmfNames = {
  IsLeader: "heliograph_watcher_leading",
  ChangeLogLagSeconds: "heliograph_watcher_lag_seconds",
  ClaimedRows: "heliograph_watcher_claimed_rows_total",
  Errors: "heliograph_watcher_errors_total",
  PartitionDaysLeft: "heliograph_watcher_partition_days_left",
  MissingDays: "heliograph_watcher_missing_days_total",
  JobFailures: "heliograph_watcher_job_failures",
  SyncProblems: "heliograph_watcher_sync_problems",
};

const dayMs = 86_400_000;

export function createWatcherMetrics(metricsRegistry: MetricsRegistry) {
  const registers = [metricsRegistry];
  // Wall time up to which this watcher has ensured partitions, in ms since 1970. The gauge counts down while it fails.
  const partitions = { until: Number.NaN };
  new Gauge({
    name: "heliograph_watcher_partition_days_left",
    help: "days for which log partitions exist",
    registers,
    collect() {
      this.set((partitions.until - Date.now()) / dayMs);
    },
  });
  return {
    partitions,
    rowsWithoutDay: new Gauge({
      name: "heliograph_watcher_rows_without_day",
      help: "log rows whose day has no partition, at the last check",
      registers,
    }),
    missingDays: new Counter({
      name: "heliograph_watcher_missing_days_total",
      help: "checks that found log rows whose day has no partition",
      registers,
    }),
    leading: new Gauge({ name: "heliograph_watcher_leading", help: "1 while this watcher holds the lease", registers }),
    takeovers: new Counter({
      name: "heliograph_watcher_takeovers_total",
      help: "times this watcher became the leader",
      registers,
    }),
    head: new Gauge({ name: "heliograph_watcher_head_seq", help: "highest sequence number of the feed", registers }),
    rows: new Counter({ name: "heliograph_watcher_claimed_rows_total", help: "log rows sequenced", registers }),
    polls: new Counter({
      name: "heliograph_watcher_polls_total",
      help: "polls of the log",
      labelNames: ["result"],
      registers,
    }),
    pokes: new Counter({ name: "heliograph_watcher_pokes_total", help: "pokes received from gateways", registers }),
    hints: new Counter({
      name: "heliograph_watcher_hints_total",
      help: "hint messages by result",
      labelNames: ["result"],
      registers,
    }),
    claimSeconds: new Histogram({
      name: "heliograph_watcher_claim_seconds",
      help: "duration of claims that found rows",
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
      registers,
    }),
    lagSeconds: new Histogram({
      name: "heliograph_watcher_lag_seconds",
      help: "from the change in the database to the published hint, oldest row of each batch",
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 30],
      registers,
    }),
    errors: new Counter({ name: "heliograph_watcher_errors_total", help: "failed poll rounds", registers }),
  };
}
