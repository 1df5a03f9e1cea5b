import { expect, test } from "vitest";
import { parseChaosOptions } from "./options.ts";

test("options are read, and a seed is chosen when none is given", () => {
  expect(parseChaosOptions(["--seconds", "9", "--seed", "4", "--faults", "none,redis-kill", "--clients", "3"])).toEqual(
    {
      seconds: 9,
      seed: 4,
      faults: ["none", "redis-kill"],
      clients: 3,
      json: null,
      logs: null,
    },
  );
  expect(parseChaosOptions([])?.seed).toBeGreaterThanOrEqual(0);
  expect(parseChaosOptions(["--help"])).toBeNull();
});

test("what does not exist is named", () => {
  expect(() => parseChaosOptions(["--faults", "meteor"])).toThrow("There is no fault named meteor.");
  expect(() => parseChaosOptions(["--seconds", "soon"])).toThrow('--seconds must be a whole number, not "soon".');
});
