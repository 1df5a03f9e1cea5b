import { availableParallelism } from "node:os";
import { SeededRandom } from "@heliograph/shared/seeded-random";
import { expect, test } from "vitest";
import { mutants } from "./catalog.ts";
import { runMutants } from "./run-mutants.ts";

/**
 * The part of `npm run mutants` that runs with the tests: a few of each kind that tests must catch, and a seeded selection of
 * those that the simulation must catch. `npm run test:full` runs the whole catalog. Takes about 90 seconds on two cores;
 * the judge limits each test, and the time limit here only ends a run that hangs.
 */
const seed = 1;
const selectedOfSimulation = 6;
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
const ofSimulation = mutants.filter(({ caughtBy }) => "simulation" in caughtBy);
const chosen = [
  ...mutants.filter(({ name }) => sampleOfTests.includes(name)),
  ...new SeededRandom(seed).sample(ofSimulation, selectedOfSimulation),
];

test(`the tests fail with each broken mechanism (seed ${seed})`, { timeout: 1_800_000 }, async ({ signal }) => {
  const workers = Math.min(2, availableParallelism());
  const results = await runMutants(chosen, { workers, knownGreen: true, signal, onResult: () => undefined });
  const others = results.filter(({ verdict }) => verdict.kind !== "caught");
  expect(others.map(({ mutant, verdict }) => `${mutant.name}: ${verdict.kind}, ${verdict.why}`)).toEqual([]);
  expect(results).toHaveLength(chosen.length);
});
