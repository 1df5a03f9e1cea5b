import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import type { ConfigTable } from "@heliograph/server-kit";
import { repositoryRoot } from "@heliograph/testkit/repository";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { exportOf } from "../generate/export-of.ts";

interface Service {
  image?: string;
  build?: { context: string; dockerfile: string };
  environment?: Readonly<Record<string, string>>;
  ports?: readonly string[];
  volumes?: readonly string[];
  depends_on?: Readonly<Record<string, { condition: string }>>;
  healthcheck?: object;
  read_only?: boolean;
  init?: boolean;
}
interface Compose {
  services: Readonly<Record<string, Service>>;
}

const place = (...parts: string[]) => path.join(repositoryRoot, ...parts);
const compose = (file: string) => parse(readFileSync(place(file), "utf8"), { merge: true }) as Compose;
const cluster = compose("compose.yaml").services;
const graphs = compose("compose.observability.yaml").services;

test("the cluster has two of each service behind one port, on this machine only", () => {
  expect(Object.keys(cluster).sort()).toEqual(
    ["front-door", "gateway-1", "gateway-2", "migrate", "postgres", "valkey", "watcher-1", "watcher-2"].sort(),
  );
  const open = Object.entries({ ...cluster, ...graphs }).flatMap(([, { ports = [] }]) => ports);
  expect(open.length).toBeGreaterThan(0);
  for (const port of open) expect(port).toMatch(/^127\.0\.0\.1:/);
});

test("every image is built from an existing Dockerfile, or has a version", () => {
  for (const [name, { image, build }] of Object.entries({ ...cluster, ...graphs })) {
    if (build) expect(existsSync(place(build.context, build.dockerfile)), name).toBe(true);
    else expect(image, name).toMatch(/:v?\d+\.\d+/);
  }
});

test.each(["gateway", "watcher"] as const)(
  "%s gets known settings only, and all that it cannot start without",
  async (kind) => {
    const table = await exportOf<ConfigTable>(`services/${kind}/src/config.ts`, `${kind}Config`);
    for (const name of [`${kind}-1`, `${kind}-2`]) {
      const { environment = {}, read_only, init } = cluster[name] as Service;
      expect(Object.keys(table), name).toEqual(expect.arrayContaining(Object.keys(environment)));
      const required = Object.entries(table).filter(([, entry]) => entry.default === undefined);
      expect(Object.keys(environment)).toEqual(expect.arrayContaining(required.map(([variable]) => variable)));
      // The service must accept the values, with the defaults for variables of the shell.
      for (const [variable, value] of Object.entries(environment))
        expect(() => table[variable]?.parse(value.replace(/\$\{\w+:-([^}]*)\}/g, "$1")), variable).not.toThrow();
      expect([read_only, init]).toEqual([true, true]);
    }
  },
);

test("a dependency on a health check names a service that has one", () => {
  for (const [name, { depends_on = {} }] of Object.entries(cluster))
    for (const [other, { condition }] of Object.entries(depends_on)) {
      const { healthcheck, build } = cluster[other] ?? {};
      const asked =
        healthcheck !== undefined || (build && /^HEALTHCHECK/m.test(readFileSync(place(build.dockerfile), "utf8")));
      if (condition === "service_healthy") expect(Boolean(asked), `${name} on ${other}`).toBe(true);
    }
});

test("mounted files exist", () => {
  const mounted = Object.values(graphs).flatMap(({ volumes = [] }) =>
    volumes.map((volume) => volume.split(":")[0] ?? ""),
  );
  const files = mounted.filter((source) => source.startsWith("./"));
  expect(files.length).toBeGreaterThan(3);
  for (const file of files) expect(existsSync(place(file)), file).toBe(true);
});
