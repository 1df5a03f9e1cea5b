import { createMetricsRegistry, EmfLines } from "@heliograph/server-kit";
import { expect, test } from "vitest";
import { createGatewayMetrics, gatewayEmf } from "./metrics.ts";

// Fails when a metric is renamed and its CloudWatch name is not: an alarm would wait for a line that never comes.
test("every CloudWatch name refers to a metric, and a fresh gateway writes a line", async () => {
  const metricsRegistry = createMetricsRegistry("gateway");
  createGatewayMetrics(metricsRegistry);
  const lines = new EmfLines({ namespace: "n", service: "gateway", metricsRegistry, names: gatewayEmf });
  expect(JSON.parse(await lines.line(0))).toMatchObject({ Service: "gateway", ActiveConnections: 0 });
});
