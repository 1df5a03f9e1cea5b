import { createMetricsRegistry, EmfLines } from "@heliograph/server-kit";
import { expect, test } from "vitest";
import { createJobMetrics } from "./jobs/job-metrics.ts";
import { createWatcherMetrics, watcherEmf } from "./metrics.ts";

// Fails when a metric is renamed and its name for CloudWatch is not: an alarm would then wait for a line that never comes.
test("every name for CloudWatch leads to a metric, and a fresh watcher writes a line", async () => {
  const metricsRegistry = createMetricsRegistry("watcher");
  createWatcherMetrics(metricsRegistry);
  createJobMetrics(metricsRegistry);
  const lines = new EmfLines({ namespace: "n", service: "watcher", metricsRegistry, names: watcherEmf });
  expect(JSON.parse(await lines.line(0))).toMatchObject({ Service: "watcher", IsLeader: 0 });
});
