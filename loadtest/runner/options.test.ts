import { expect, test } from "vitest";
import { scenarios } from "../scenarios/scenarios.ts";
import { studies } from "../studies/studies.ts";
import { tinySettings } from "../testing/tiny-settings.ts";
import { assertOpenFilesLimit } from "./open-files-limit.ts";
import { parseOptions } from "./options.ts";
import { profileNames, readProfile, settingsFor } from "./profile.ts";

const names = ["smoke", "steady"];
const parse = (...args: string[]) => parseOptions(args, names);

test("a scenario alone runs under k6 with the local profile", () => {
  expect(parse("smoke")).toMatchObject({ scenario: "smoke", profile: "local", engine: "k6", targets: [] });
  expect(parse("smoke", "--help")).toBeNull();
});

test("addresses are separated by commas and lose their trailing slash", () => {
  const args = ["steady", "--profile", "staging", "--users", "u.json", "--target", "https://a.example/, http://b:4000"];
  expect(parse(...args)?.targets).toEqual(["https://a.example", "http://b:4000"]);
});

test.each([
  [[], /Name a scenario/],
  [["storm"], /no scenario storm/],
  [["smoke", "steady"], /one scenario at a time/],
  [["smoke", "--engine", "gatling"], /gatling is not known\. Use one of: k6, node/],
  [["smoke", "--profile", "moon"], /Use one of: local, staging, prod/],
  [["smoke", "--profile", "prod"], /needs --target/],
  [["smoke", "--target", "localhost:4000"], /not an address.*http:\/\//],
  [["smoke", "--target", "http://127.0.0.1:4000"], /needs --users/],
  [["smoke", "--set", "sockets"], /--set sockets=100/],
  [["smoke", "--set", "sockets=-1"], /not negative/],
  [["smoke", "--fast"], /--fast/],
])("%j is rejected with the remedy", (args, message) => {
  expect(() => parseOptions(args, names)).toThrow(message);
});

test.each(profileNames)("profile %s provides every setting of every scenario, and no unknown scenario", (name) => {
  const values = readProfile(name);
  for (const scenario of scenarios) {
    const settings = settingsFor(scenario, { name, values });
    expect(scenario.budgets(settings).length).toBeGreaterThan(0);
    expect(scenario.workloads(settings).length).toBeGreaterThan(0);
  }
  const known = [...scenarios, ...studies].map((one) => one.name);
  expect(Object.keys(values.settings).filter((provided) => !known.includes(provided))).toEqual([]);
});

test.each(profileNames)(
  "in profile %s every socket of leader-failover expects a signal at least once a second",
  (name) => {
    const { rows = 0, rate = 0 } = readProfile(name).settings["leader-failover"] ?? {};
    // Changes go round the rows; this is the time for one round, seconds.
    expect(rows / rate).toBeLessThanOrEqual(1);
  },
);

test("the local profile provides the settings of every study, and every scenario has tiny settings", () => {
  const values = readProfile("local");
  for (const study of studies) settingsFor(study, { name: "local", values });
  for (const { name, settings } of scenarios)
    expect([name, Object.keys(tinySettings[name] ?? {}).sort()]).toEqual([name, Object.keys(settings).sort()]);
});

test("an unknown setting is rejected with the list of known ones", () => {
  const [smoke] = scenarios;
  if (!smoke) throw new Error("no scenarios");
  const profile = { name: "local", values: readProfile("local") };
  expect(() => settingsFor(smoke, profile, { sokcets: 3 })).toThrow(/no setting sokcets.*sockets/s);
});

test("a run with more sockets than open files is rejected before it starts", () => {
  expect(() => assertOpenFilesLimit(10_000, 4096)).toThrow(/ulimit -n 16384/);
  expect(() => assertOpenFilesLimit(10_000, 20_000)).not.toThrow();
});
