import { createRegistry, EmfLines } from "@heliograph/server-kit";
import { expect, test } from "vitest";
import { createJobMetrics } from "./jobs/job-metrics.ts";
import { createWatcherMetrics, watcherEmf } from "./metrics.ts";

// Fails when a metric is renamed and its name for CloudWatch is not: an alarm would then wait for a line that never comes.
test("every name for CloudWatch leads to a metric, and a fresh watcher writes a line", async () => {
  const registry = createRegistry("watcher");
  createWatcherMetrics(registry);
  createJobMetrics(registry);
  const lines = new EmfLines({ namespace: "n", service: "watcher", registry, names: watcherEmf });
  expect(JSON.parse(await lines.line(0))).toMatchObject({ Service: "watcher", IsLeader: 0 });
});
