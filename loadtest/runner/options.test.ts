import { expect, test } from "vitest";
import { scenarios } from "../scenarios/scenarios.ts";
import { studies } from "../studies/studies.ts";
import { tinySettings } from "../testing/tiny-settings.ts";
import { checkLimits } from "./open-files-limit.ts";
import { loadOptions } from "./options.ts";
import { profileNames, readProfile, settingsFor } from "./profile.ts";

const names = ["smoke", "steady"];
const read = (...args: string[]) => loadOptions(args, names);

test("the short form is enough on this machine", () => {
  expect(read("smoke")).toMatchObject({ scenario: "smoke", profile: "local", engine: "k6", targets: [] });
  expect(read("smoke", "--help")).toBeNull();
});

test("addresses are split and lose their last slash", () => {
  const args = ["steady", "--profile", "staging", "--users", "u.json", "--target", "https://a.example/, http://b:4000"];
  expect(read(...args)?.targets).toEqual(["https://a.example", "http://b:4000"]);
});

test.each([
  [[], /Say which scenario/],
  [["storm"], /no scenario storm/],
  [["smoke", "steady"], /One scenario at a time/],
  [["smoke", "--engine", "gatling"], /there is k6, node/],
  [["smoke", "--profile", "moon"], /there is local, staging, prod/],
  [["smoke", "--profile", "prod"], /needs --target/],
  [["smoke", "--target", "localhost:4000"], /no address.*http:\/\//],
  [["smoke", "--target", "http://127.0.0.1:4000"], /needs --users/],
  [["smoke", "--set", "sockets"], /--set sockets=100/],
  [["smoke", "--set", "sockets=-1"], /not negative/],
  [["smoke", "--fast"], /--fast/],
])("%j is refused with what to do instead", (args, message) => {
  expect(() => loadOptions(args, names)).toThrow(message);
});

test.each(profileNames)("profile %s has every number of every scenario, and no other", (name) => {
  const numbers = readProfile(name);
  for (const scenario of scenarios) {
    const settings = settingsFor(scenario, { name, numbers });
    expect(scenario.budgets(settings).length).toBeGreaterThan(0);
    expect(scenario.crowds(settings).length).toBeGreaterThan(0);
  }
  const known = [...scenarios, ...studies].map((one) => one.name);
  expect(Object.keys(numbers.settings).filter((given) => !known.includes(given))).toEqual([]);
});

test.each(profileNames)("in profile %s no socket of leader-failover is silent by its rows alone", (name) => {
  const { rows = 0, rate = 0 } = readProfile(name).settings["leader-failover"] ?? {};
  // Rows are changed one after the other: what a socket holds comes once around in this time, seconds.
  expect(rows / rate).toBeLessThanOrEqual(1);
});

test("studies have their numbers where they can be run, and every scenario has tiny ones", () => {
  const numbers = readProfile("local");
  for (const study of studies) settingsFor(study, { name: "local", numbers });
  for (const { name, settings } of scenarios)
    expect([name, Object.keys(tinySettings[name] ?? {}).sort()]).toEqual([name, Object.keys(settings).sort()]);
});

test("a setting that the scenario does not know is named, with those that it does", () => {
  const [smoke] = scenarios;
  if (!smoke) throw new Error("no scenarios");
  const profile = { name: "local", numbers: readProfile("local") };
  expect(() => settingsFor(smoke, profile, { sokcets: 3 })).toThrow(/no setting sokcets.*sockets/s);
});

test("more sockets than open files are refused before the run", () => {
  expect(() => checkLimits(10_000, 4096)).toThrow(/ulimit -n 16384/);
  expect(() => checkLimits(10_000, 20_000)).not.toThrow();
});
