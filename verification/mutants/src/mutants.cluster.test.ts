import { availableParallelism } from "node:os";
import { expect, test } from "vitest";
import { mutants } from "./catalog.ts";
import { runMutants } from "./run-mutants.ts";

/**
 * What a test run does of `npm run mutants`: all that the simulation has to catch, and a few of each kind that tests have
 * to, so that the machinery for them is known to work. Three minutes on two processors.
 */
const sampleOfTests = [
  "read-before-registered",
  "kept-signal-dropped",
  "pending-id-delivered",
  "cursor-in-invalidate",
  "coalesce-strongest-action",
  "claim-unlocked",
  "claim-any-isolation",
  "claim-returns-rows",
  "claim-unfenced",
  "versions-restart-on-insert",
  "older-signal-wins",
  "ring-hides-a-hole",
];
const chosen = mutants.filter(({ name, caughtBy }) => "simulation" in caughtBy || sampleOfTests.includes(name));

test("the suite turns red with each mechanism that is broken", { timeout: 600_000 }, async ({ signal }) => {
  const workers = Math.min(2, availableParallelism());
  const results = await runMutants(chosen, { workers, knownGreen: true, signal, onResult: () => undefined });
  const others = results.filter(({ verdict }) => verdict.kind !== "caught");
  expect(others.map(({ mutant, verdict }) => `${mutant.name}: ${verdict.kind}, ${verdict.why}`)).toEqual([]);
  expect(results).toHaveLength(chosen.length);
});
