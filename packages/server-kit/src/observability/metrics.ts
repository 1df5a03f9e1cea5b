import { collectDefaultMetrics, Registry } from "prom-client";

/** A registry of its own per process (not the global one, which tests of two services in one process would share). */
export function createRegistry(service: string): Registry {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  collectDefaultMetrics({ register: registry });
  return registry;
}
