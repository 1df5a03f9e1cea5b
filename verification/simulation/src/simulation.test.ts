import { expect, test } from "vitest";
import { readCorpus } from "./run/corpus.ts";
import { inOwnTask, runSeeds } from "./run/run-seeds.ts";
import { addSummary, emptySummary } from "./run/run-summary.ts";
import { simulate } from "./run/simulate.ts";
import { drawSchedule } from "./schedule/draw-schedule.ts";

/** First seed; differs from those of the long runs, so that both together cover more schedules. */
const seed = 1_000_000;
/** Split into four tests, so that each stays far below its time limit on a busy machine. */
const schedulesPerTest = 500;

test("the same seed gives the same run, event by event", async () => {
  const schedule = drawSchedule(seed);
  const once = await inOwnTask(() => simulate(schedule));
  const again = await inOwnTask(() => simulate(schedule));
  expect(again).toEqual(once);
  const other = await inOwnTask(() => simulate(drawSchedule(seed + 1)));
  expect(other.fingerprint).not.toBe(once.fingerprint);
});

test.for([0, 1, 2, 3])("random schedules keep every promise, part %i", { timeout: 120_000 }, async (part) => {
  const first = seed + part * schedulesPerTest;
  const summary = emptySummary();
  await runSeeds({ seed: first, schedules: schedulesPerTest, firstOnly: false }, (some) => addSummary(summary, some));
  expect(summary.findings, "replay with: npm run simulate -- --replay <seed> --trace").toEqual([]);
  expect(summary.schedules).toBe(schedulesPerTest);
});

const corpus = readCorpus();

test.for(corpus)("$name stays fixed: $entry.found", async ({ entry }) => {
  const { violations } = await inOwnTask(() => simulate(entry.schedule));
  expect(violations).toEqual([]);
});
