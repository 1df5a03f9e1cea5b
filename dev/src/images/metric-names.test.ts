import { readFileSync } from "node:fs";
import path from "node:path";
import { createMetricsRegistry } from "@heliograph/server-kit";
import { repositoryRoot } from "@heliograph/testkit/repository";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { exportOf } from "../generate/export-of.ts";

type MetricsRegistry = ReturnType<typeof createMetricsRegistry>;

const read = (...parts: string[]) => readFileSync(path.join(repositoryRoot, ...parts), "utf8");

async function metricsOf(service: "gateway" | "watcher"): Promise<Set<string>> {
  const metricsRegistry = createMetricsRegistry(service);
  const name = service === "gateway" ? "createGatewayMetrics" : "createWatcherMetrics";
  (await exportOf<(metricsRegistry: MetricsRegistry) => void>(`services/${service}/src/metrics.ts`, name))(
    metricsRegistry,
  );
  if (service === "watcher") {
    const jobs = "services/watcher/src/jobs/job-metrics.ts";
    (await exportOf<(metricsRegistry: MetricsRegistry) => void>(jobs, "createJobMetrics"))(metricsRegistry);
  }
  const known = await metricsRegistry.getMetricsAsJSON();
  return new Set(
    known.flatMap(({ name, type }) =>
      // prom-client's types declare the kinds as numbers, but they are strings.
      String(type) === "histogram" ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name],
    ),
  );
}

const metrics = new Set([...(await metricsOf("gateway")), ...(await metricsOf("watcher"))]);
const named = (text: string) => [...text.matchAll(/\b(?:heliograph|process|nodejs)_[a-z0-9_]+/g)].map(([name]) => name);

const dashboard = JSON.parse(read("infra/observability/dashboards/heliograph.json")) as {
  panels: { title: string; targets: { expr: string }[] }[];
};
const alerts = parse(read("infra/observability/alerts.yaml")) as {
  groups: { rules: { alert: string; expr: string }[] }[];
};

test("every graph uses metrics that the services export", () => {
  expect(dashboard.panels.length).toBeGreaterThan(10);
  for (const { title, targets } of dashboard.panels)
    for (const { expr } of targets) {
      expect(named(expr).length, title).toBeGreaterThan(0);
      for (const name of named(expr)) expect(metrics, `${title}: ${name}`).toContain(name);
    }
});

test("every alert uses metrics that the services export, or whether they respond", () => {
  for (const { alert, expr } of alerts.groups.flatMap(({ rules }) => rules)) {
    if (!expr.includes("up{")) expect(named(expr).length, alert).toBeGreaterThan(0);
    for (const name of named(expr)) expect(metrics, `${alert}: ${name}`).toContain(name);
  }
});

test("the operator's guide names only metrics that the services export", () => {
  const names = [...read("docs/operations.md").matchAll(/`(heliograph_(?:gateway|watcher)_[a-z0-9_]+)/g)];
  expect(names.length).toBeGreaterThan(5);
  for (const [, name = ""] of names)
    expect(
      [...metrics].some((known) => known === name || known === `${name}_bucket`),
      name,
    ).toBe(true);
});

test("every alarm and alert has a runbook entry, and every entry has an alarm", () => {
  const terraform = read("infra/terraform/modules/observability/main.tf");
  const block = /^ {2}alarms = \{\n([\s\S]*?)^ {2}\}$/m.exec(terraform)?.[1] ?? "";
  const alarms = [
    ...[...block.matchAll(/^ {4}([a-z_]+) = \{$/gm)].map(([, name = ""]) => name),
    ...[...terraform.matchAll(/^ {4}"([a-z_]+):\$\{node\}" = \{$/gm)].map(([, name = ""]) => name),
  ];
  expect(alarms.length).toBeGreaterThan(15);
  const entries = [...read("docs/operations.md").matchAll(/^#### `([a-z_]+)`$/gm)].map(([, name = ""]) => name);
  expect(entries.sort()).toEqual(alarms.sort());
  const other = alerts.groups.flatMap(({ rules }) => rules.map(({ alert }) => alert));
  expect(entries).toEqual(expect.arrayContaining(other));
});

/** `Name of service` for each line of a graph; "." repeats the value of the preceding line. */
function pairsOf(graph: string): string[] {
  let before: string[] = [];
  return [...graph.matchAll(/\[((?:var\.metrics_namespace|"\.")[^[\]{}]*)/g)].map(([, line = ""]) => {
    const words = line.split(",").map((word) => word.trim().replaceAll('"', ""));
    before = [0, 1, 2, 3].map((place) => (words[place] === "." ? (before[place] ?? "") : (words[place] ?? "")));
    expect(before[0]).toBe("var.metrics_namespace");
    expect(before[2]).toBe("Service");
    return `${before[1]} of ${before[3]}`;
  });
}

test("every CloudWatch metric is one that the named service writes", async () => {
  const written = new Set<string>();
  for (const service of ["gateway", "watcher"])
    for (const name of Object.keys(
      await exportOf<Record<string, string>>(`services/${service}/src/metrics.ts`, `${service}Emf`),
    ))
      written.add(`${name} of ${service}`);
  const alarms = read("infra/terraform/modules/observability/main.tf");
  const scaling = read("infra/terraform/modules/ecs_service/main.tf");
  const graphs = alarms.split("\n").filter((line) => line.includes("metrics = [[var.metrics_namespace"));
  const asked = [
    ...[...alarms.matchAll(/namespace = var\.metrics_namespace, metric = "(\w+)", dimensions = local\.(\w+)/g)].map(
      ([, name, service]) => `${name} of ${service}`,
    ),
    // A metric for scaling, which only the gateway has.
    ...[...scaling.matchAll(/metric_name = "(\w+)"/g)].map(([, name]) => `${name} of gateway`),
    ...graphs.flatMap(pairsOf),
  ];
  // The patterns above have found every metric.
  expect([...alarms.matchAll(/namespace = var\.metrics_namespace/g)].length).toBe(
    [...alarms.matchAll(/namespace = var\.metrics_namespace, metric = "\w+", dimensions = local\.(gateway|watcher)\b/g)]
      .length,
  );
  expect(scaling.match(/value = var\.part/g)).toHaveLength(2);
  expect(asked.length).toBeGreaterThan(12);
  for (const name of asked) expect(written, name).toContain(name);
});
