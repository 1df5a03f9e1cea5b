import { expect, test } from "vitest";
import { drawPlan } from "./plan/draw-plan.ts";
import { readCorpus } from "./run/corpus.ts";
import { inOwnTask, runSeeds } from "./run/run-seeds.ts";
import { simulate } from "./run/simulate.ts";
import { add, emptyTally } from "./run/tally.ts";

/** Printed with a failure; other schedules than those of the long runs, so that both together see more. */
const seed = 1_000_000;
/** In four tests, so that each stays far below its time limit on a busy machine. */
const schedulesPerTest = 500;

test("the same seed gives the same run, to the last event", async () => {
  const plan = drawPlan(seed);
  const once = await inOwnTask(() => simulate(plan));
  const again = await inOwnTask(() => simulate(plan));
  expect(again).toEqual(once);
  const other = await inOwnTask(() => simulate(drawPlan(seed + 1)));
  expect(other.fingerprint).not.toBe(once.fingerprint);
});

test.for([0, 1, 2, 3])("drawn schedules keep every promise, part %i", { timeout: 120_000 }, async (part) => {
  const first = seed + part * schedulesPerTest;
  const tally = emptyTally();
  await runSeeds({ seed: first, schedules: schedulesPerTest, firstOnly: false }, (some) => add(tally, some));
  expect(tally.findings, "npm run simulate -- --replay <seed> --trace shows what happened").toEqual([]);
  expect(tally.schedules).toBe(schedulesPerTest);
});

const corpus = readCorpus();

test.for(corpus)("$name stays repaired: $kept.found", async ({ kept }) => {
  const { violations } = await inOwnTask(() => simulate(kept.plan));
  expect(violations).toEqual([]);
});
