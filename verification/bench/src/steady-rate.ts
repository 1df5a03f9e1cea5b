import { setTimeout as wait } from "node:timers/promises";

/**
 * Calls `act` `perSecond` times a second for `seconds`, at fixed points in time whether or not earlier calls have ended: a
 * caller that waits would slow down together with what it measures. Resolves when all calls have ended.
 */
export async function atSteadyRate(
  perSecond: number,
  seconds: number,
  act: (n: number) => Promise<void>,
): Promise<void> {
  const start = performance.now();
  const calls: Promise<void>[] = [];
  for (let n = 0; n < perSecond * seconds; n++) {
    const due = start + (n * 1000) / perSecond;
    const ahead = due - performance.now();
    if (ahead > 0) await wait(ahead);
    calls.push(act(n));
  }
  await Promise.all(calls);
}
