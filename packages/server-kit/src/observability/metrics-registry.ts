import { collectDefaultMetrics, Registry } from "prom-client";

/** The metrics of one process, as /metrics shows them. */
export type MetricsRegistry = Registry;

/**
 * A metrics registry with the default metrics of Node. Each process has one of its own: two services that run in one
 * test process would share prom-client's global registry.
 */
export function createMetricsRegistry(service: string): MetricsRegistry {
  const metricsRegistry = new Registry();
  metricsRegistry.setDefaultLabels({ service });
  collectDefaultMetrics({ register: metricsRegistry });
  return metricsRegistry;
}
