import { expect, test } from "vitest";
import { faults, kills } from "./faults/catalog.ts";
import { parseChaosOptions } from "./options.ts";

test("parses options and chooses a seed when none is given", () => {
  expect(
    parseChaosOptions([
      "--seconds",
      "9",
      "--seed",
      "4",
      "--faults",
      "none,redis-kill",
      "--clients",
      "3",
      "--workers",
      "2",
    ]),
  ).toEqual({
    seconds: 9,
    budget: Number.MAX_SAFE_INTEGER,
    seed: 4,
    faults: ["none", "redis-kill"],
    clients: 3,
    scale: "usual",
    workers: 2,
    json: null,
    logs: null,
  });
  expect(parseChaosOptions([])).toMatchObject({ seconds: 60, clients: 30, workers: 1 });
  expect(parseChaosOptions([])?.seed).toBeGreaterThanOrEqual(0);
  expect(parseChaosOptions(["--help"])).toBeNull();
});

test("a budget is not limited in time unless --seconds is given as well", () => {
  expect(parseChaosOptions(["--budget", "7"])).toMatchObject({ budget: 7, seconds: Number.MAX_SAFE_INTEGER });
  expect(parseChaosOptions(["--budget", "7", "--seconds", "5"])).toMatchObject({ budget: 7, seconds: 5 });
});

test("--oracle uses many clients and kills every component", () => {
  expect(parseChaosOptions(["--oracle"])).toMatchObject({ clients: 200, scale: "oracle", faults: kills });
  expect(parseChaosOptions(["--oracle", "--clients", "5", "--faults", "none"])).toMatchObject({
    clients: 5,
    faults: ["none"],
  });
});

test("the parts of --part cover every fault once, with --each injections", () => {
  const parts = [1, 2, 3].map((part) => parseChaosOptions(["--part", `${part}/3`, "--each", "20"]));
  const names = parts.flatMap((options) => options?.faults ?? []);
  expect(names.toSorted()).toEqual(faults.map(({ name }) => name).toSorted());
  for (const options of parts) expect(options?.budget).toBe(20 * (options?.faults.length ?? 0));
});

test("errors name the unknown fault and the malformed number", () => {
  expect(() => parseChaosOptions(["--faults", "meteor"])).toThrow("There is no fault named meteor.");
  expect(() => parseChaosOptions(["--seconds", "soon"])).toThrow('--seconds must be a whole number, not "soon".');
});
