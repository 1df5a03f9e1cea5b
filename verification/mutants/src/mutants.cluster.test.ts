import { availableParallelism } from "node:os";
import { expect, test } from "vitest";
import { mutants } from "./catalog.ts";
import { runMutants } from "./run-mutants.ts";

/**
 * The part of `npm run mutants` that runs with the tests: all mutants that the simulation must catch, and a few of each kind that
 * tests must catch, to check that the runner works. Takes three minutes on two cores.
 */
const sampleOfTests = [
  "read-before-registered",
  "deferred-signal-dropped",
  "pending-id-delivered",
  "cursor-in-invalidate",
  "coalesce-strongest-action",
  "claim-unlocked",
  "claim-any-isolation",
  "claim-returns-rows",
  "claim-unfenced",
  "versions-restart-on-insert",
  "older-pending-signal-wins",
  "ring-hides-a-gap",
];
const chosen = mutants.filter(({ name, caughtBy }) => "simulation" in caughtBy || sampleOfTests.includes(name));

test("the tests fail with each broken mechanism", { timeout: 600_000 }, async ({ signal }) => {
  const workers = Math.min(2, availableParallelism());
  const results = await runMutants(chosen, { workers, knownGreen: true, signal, onResult: () => undefined });
  const others = results.filter(({ verdict }) => verdict.kind !== "caught");
  expect(others.map(({ mutant, verdict }) => `${mutant.name}: ${verdict.kind}, ${verdict.why}`)).toEqual([]);
  expect(results).toHaveLength(chosen.length);
});
