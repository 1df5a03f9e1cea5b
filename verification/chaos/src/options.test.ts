import { expect, test } from "vitest";
import { deaths, faults } from "./faults/catalog.ts";
import { parseChaosOptions } from "./options.ts";

test("options are read, and a seed is chosen when none is given", () => {
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

test("a budget takes as long as it takes, unless a time is given as well", () => {
  expect(parseChaosOptions(["--budget", "7"])).toMatchObject({ budget: 7, seconds: Number.MAX_SAFE_INTEGER });
  expect(parseChaosOptions(["--budget", "7", "--seconds", "5"])).toMatchObject({ budget: 7, seconds: 5 });
});

test("the oracle run has many clients and kills every component", () => {
  expect(parseChaosOptions(["--oracle"])).toMatchObject({ clients: 200, scale: "oracle", faults: deaths });
  expect(parseChaosOptions(["--oracle", "--clients", "5", "--faults", "none"])).toMatchObject({
    clients: 5,
    faults: ["none"],
  });
});

test("parts of the faults, a number of injections each, cover every fault once", () => {
  const parts = [1, 2, 3].map((part) => parseChaosOptions(["--part", `${part}/3`, "--each", "20"]));
  const names = parts.flatMap((options) => options?.faults ?? []);
  expect(names.toSorted()).toEqual(faults.map(({ name }) => name).toSorted());
  for (const options of parts) expect(options?.budget).toBe(20 * (options?.faults.length ?? 0));
});

test("what does not exist is named", () => {
  expect(() => parseChaosOptions(["--faults", "meteor"])).toThrow("There is no fault named meteor.");
  expect(() => parseChaosOptions(["--seconds", "soon"])).toThrow('--seconds must be a whole number, not "soon".');
});
