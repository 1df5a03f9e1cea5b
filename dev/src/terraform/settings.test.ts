import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import type { ConfigTable } from "@heliograph/server-kit";
import { repositoryRoot } from "@heliograph/testkit/repository";
import { expect, test } from "vitest";
import { exportOf } from "../generate/export-of.ts";
import { terraformFolder } from "./check-terraform.ts";

/** The source of each setting of a container; `foreign` settings are read by other programs in it. */
type Settings = Readonly<Record<"environment" | "secrets" | "default" | "foreign", readonly string[]>>;

const settings = JSON.parse(readFileSync(path.join(terraformFolder, "settings.json"), "utf8")) as Record<
  string,
  Settings
>;

const tables = {
  gateway: await exportOf<ConfigTable>("services/gateway/src/config.ts", "gatewayConfig"),
  watcher: await exportOf<ConfigTable>("services/watcher/src/config.ts", "watcherConfig"),
};

// terraform test compares the same list with the containers of a plan.
test.each(["gateway", "watcher"] as const)(
  "%s gets every setting of its table, or keeps the default on purpose",
  (service) => {
    const { environment, secrets, default: kept, foreign } = settings[service] as Settings;
    const given = [...environment, ...secrets].filter((name) => !foreign.includes(name));
    expect([...given, ...kept].sort()).toEqual(Object.keys(tables[service]).sort());
  },
);

test.each(["gateway", "watcher"] as const)(
  "the secrets of %s come from Secrets Manager, and nothing else does",
  (service) => {
    const secret = Object.entries(tables[service])
      .filter(([, { secret }]) => secret)
      .map(([name]) => name);
    expect([...(settings[service] as Settings).secrets].sort()).toEqual(secret.sort());
  },
);

test.each(["gateway", "watcher"] as const)("%s gets every required setting", (service) => {
  const { environment, secrets } = settings[service] as Settings;
  const required = Object.entries(tables[service]).filter(([, entry]) => entry.default === undefined);
  for (const [name] of required) expect([...environment, ...secrets]).toContain(name);
});

// The migration has no table of settings: it reads addresses in one file, and the driver reads the owner's password.
test("the migration gets every setting that its program reads, and no other", () => {
  const { environment, secrets, foreign } = settings["migrate"] as Settings;
  const given = [...environment, ...secrets].filter((name) => !foreign.includes(name));
  const source = readFileSync(path.join(repositoryRoot, "db", "src", "config.ts"), "utf8");
  const read = [
    ...[...source.matchAll(/env\["([A-Z_]+)"\]/g)].map(([, name = ""]) => name),
    ...[...source.matchAll(/const \{ ([A-Z_, ]+) \} = env;/g)].flatMap(([, names = ""]) => names.split(", ")),
  ];
  expect(given.sort()).toEqual([...new Set(read)].sort());
  const elsewhere = globSync("db/src/**/*.ts", { cwd: repositoryRoot })
    .filter((file) => !file.endsWith(".test.ts") && !file.endsWith("config.ts"))
    .filter((file) => /process\.env(\.|\[)/.test(readFileSync(path.join(repositoryRoot, file), "utf8")));
  expect(elsewhere, "read settings in db/src/config.ts").toEqual([]);
});
