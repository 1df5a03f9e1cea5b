import { Counter, Gauge, Histogram, type Registry } from "prom-client";

/** Counters of one watcher. All names begin with heliograph_watcher_. */
export type WatcherMetrics = ReturnType<typeof createWatcherMetrics>;

export function createWatcherMetrics(registry: Registry) {
  const registers = [registry];
  return {
    leading: new Gauge({ name: "heliograph_watcher_leading", help: "1 while this watcher holds the lease", registers }),
    takeovers: new Counter({
      name: "heliograph_watcher_takeovers_total",
      help: "times this watcher became the leader",
      registers,
    }),
    head: new Gauge({ name: "heliograph_watcher_head_seq", help: "head of the feed", registers }),
    rows: new Counter({ name: "heliograph_watcher_claimed_rows_total", help: "log rows sequenced", registers }),
    polls: new Counter({
      name: "heliograph_watcher_polls_total",
      help: "looks at the log",
      labelNames: ["result"],
      registers,
    }),
    pokes: new Counter({ name: "heliograph_watcher_pokes_total", help: "pokes received from gateways", registers }),
    hints: new Counter({
      name: "heliograph_watcher_hints_total",
      help: "hint messages",
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
    errors: new Counter({ name: "heliograph_watcher_errors_total", help: "failed rounds", registers }),
  };
}
