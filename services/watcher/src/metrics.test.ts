import { createMetricsRegistry, EmfLines } from "@heliograph/server-kit";
import { expect, test } from "vitest";
import { createJobMetrics } from "./jobs/job-metrics.ts";
import { createWatcherMetrics, watcherEmf } from "./metrics.ts";

// Fails when a metric is renamed but not its CloudWatch entry: an alarm would wait for data that never arrives.
test("every CloudWatch name refers to a metric, and a new watcher can write a line", async () => {
  const metricsRegistry = createMetricsRegistry("watcher");
  createWatcherMetrics(metricsRegistry);
  createJobMetrics(metricsRegistry);
  const lines = new EmfLines({ namespace: "n", service: "watcher", metricsRegistry, names: watcherEmf });
  expect(JSON.parse(await lines.line(0))).toMatchObject({ Service: "watcher", IsLeader: 0 });
});
