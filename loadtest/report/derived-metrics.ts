import type { Timeline } from "../plan/plan.ts";
import type { Recording } from "./recording.ts";

/** Seconds at the edges of a third that belong to neither side. */
const recoveryWindow = 2;
/** "As quick as before" allows for noise: half as much again, and 20 ms on top. */
const recovered = (before: number): number => before * 1.5 + 20;

const second = (ms: number): number => Math.floor(ms / 1000);

/** Adds what only the whole of a recording can tell. `burstEnd`: milliseconds since 1970, if the scenario has a burst. */
export function derive(recording: Recording, timeline: Timeline, burst?: { from: number; until: number }): void {
  const at = timeline.end;
  const expected = recording.values("rt_expected")?.count;
  const received = recording.values("rt_received")?.count ?? 0;
  if (expected) recording.add("rt_told_share", received / expected, at);
  for (const spread of recording.spreads()) recording.add("rt_spread_ms", spread, at);
  const third = (timeline.writeUntil - timeline.writeFrom) / 3;
  const first = recording.distribution(
    "rt_delivery_ms",
    second(timeline.writeFrom),
    second(timeline.writeFrom + third),
  );
  const last = recording.distribution(
    "rt_delivery_ms",
    second(timeline.writeUntil - third),
    second(timeline.writeUntil),
  );
  const [before, after] = [first.percentile(99), last.percentile(99)];
  if (before !== undefined && after !== undefined && before > 0) recording.add("rt_drift", after / before, at);
  if (burst) recording.add("rt_recovery_ms", recoveryMs(recording, timeline, burst), at);
}

/** From the end of the burst until the first second whose p95 is as before it; infinite when that never comes. */
function recoveryMs(recording: Recording, timeline: Timeline, burst: { from: number; until: number }): number {
  const calm = recording.distribution("rt_delivery_ms", second(timeline.writeFrom) + 1, second(burst.from));
  const before = calm.percentile(95);
  if (before === undefined) return Number.POSITIVE_INFINITY;
  for (let at = second(burst.until); at < second(timeline.end); at++) {
    const p95 = recording.distribution("rt_delivery_ms", at, at + recoveryWindow).percentile(95);
    if (p95 !== undefined && p95 <= recovered(before)) return Math.max(0, at * 1000 - burst.until);
  }
  return Number.POSITIVE_INFINITY;
}
