import { drawPlan } from "../plan/draw-plan.ts";
import { simulate } from "./simulate.ts";
import { count, emptyTally, type Tally } from "./tally.ts";

/** A task of its own, as `simulate` needs: nothing of this program waits behind a promise that is being settled. */
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

/** After so many schedules it is told how they went. */
const reportEvery = 250;

/**
 * Runs the schedules of `schedules` seeds from `seed` on, and tells of them in portions. `firstOnly`: ends at the first
 * that breaks a promise.
 */
export async function runSeeds(
  options: { readonly seed: number; readonly schedules: number; readonly firstOnly: boolean },
  report: (part: Tally) => void,
): Promise<void> {
  let tally = emptyTally();
  for (let seed = options.seed; seed < options.seed + options.schedules; seed += 1) {
    const plan = drawPlan(seed);
    count(tally, plan, await inOwnTask(() => simulate(plan)));
    if (options.firstOnly && tally.findings.length > 0) break;
    if (tally.schedules < reportEvery) continue;
    report(tally);
    tally = emptyTally();
  }
  if (tally.schedules > 0) report(tally);
}
