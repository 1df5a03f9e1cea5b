import { drawSchedule } from "../schedule/draw-schedule.ts";
import { addOutcome, emptySummary, type RunSummary } from "./run-summary.ts";
import { simulate } from "./simulate.ts";

/** Runs `work` in its own task, as `simulate` requires: outside of every promise callback. */
export function inOwnTask<Result>(work: () => Result): Promise<Result> {
  return new Promise((resolve, reject) => {
    setImmediate(() => {
      try {
        resolve(work());
      } catch (error) {
        reject(error);
      }
    });
  });
}

/** Schedules per report. */
const reportEvery = 250;

/**
 * Runs `schedules` seeds, starting at `seed`, and reports after every `reportEvery` schedules. `firstOnly` stops at the first
 * schedule that breaks a promise.
 */
export async function runSeeds(
  options: { readonly seed: number; readonly schedules: number; readonly firstOnly: boolean },
  report: (part: RunSummary) => void,
): Promise<void> {
  let summary = emptySummary();
  for (let seed = options.seed; seed < options.seed + options.schedules; seed += 1) {
    const schedule = drawSchedule(seed);
    addOutcome(summary, schedule, await inOwnTask(() => simulate(schedule)));
    if (options.firstOnly && summary.findings.length > 0) break;
    if (summary.schedules < reportEvery) continue;
    report(summary);
    summary = emptySummary();
  }
  if (summary.schedules > 0) report(summary);
}
