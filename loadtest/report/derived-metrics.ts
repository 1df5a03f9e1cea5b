import type { Timeline } from "../plan/plan.ts";
import type { Recording } from "./recording.ts";

/** Length of the sliding window in which recovery is looked for, seconds. */
const recoveryWindow = 2;
/** Highest p95 that counts as recovered: half as much again as before, plus 20 ms, which allows for noise. */
const recoveredLimit = (before: number): number => before * 1.5 + 20;

const secondOf = (ms: number): number => Math.floor(ms / 1000);

/**
 * Adds the metrics that follow from the whole recording.
 * @param burst beginning and end of the scenario's burst, if it has one, milliseconds since 1970
 */
export function addDerivedMetrics(
  recording: Recording,
  timeline: Timeline,
  burst?: { from: number; until: number },
): void {
  const at = timeline.end;
  const expected = recording.values("rt_expected")?.count;
  const received = recording.values("rt_received")?.count ?? 0;
  if (expected) recording.add("rt_received_share", received / expected, at);
  for (const spread of recording.spreads()) recording.add("rt_spread_ms", spread, at);
  const third = (timeline.writeUntil - timeline.writeFrom) / 3;
  const p99Between = (from: number, until: number): number | undefined =>
    recording.distribution("rt_delivery_ms", secondOf(from), secondOf(until)).percentile(99);
  const first = p99Between(timeline.writeFrom, timeline.writeFrom + third);
  const last = p99Between(timeline.writeUntil - third, timeline.writeUntil);
  if (first !== undefined && last !== undefined && first > 0) recording.add("rt_drift", last / first, at);
  if (burst) recording.add("rt_recovery_ms", recoveryMs(recording, timeline, burst), at);
}

/** From the end of the burst to the first second whose p95 is as before it; infinite when there is none. */
function recoveryMs(recording: Recording, timeline: Timeline, burst: { from: number; until: number }): number {
  const calm = recording.distribution("rt_delivery_ms", secondOf(timeline.writeFrom) + 1, secondOf(burst.from));
  const before = calm.percentile(95);
  if (before === undefined) return Number.POSITIVE_INFINITY;
  for (let at = secondOf(burst.until); at < secondOf(timeline.end); at++) {
    const p95 = recording.distribution("rt_delivery_ms", at, at + recoveryWindow).percentile(95);
    if (p95 !== undefined && p95 <= recoveredLimit(before)) return Math.max(0, at * 1000 - burst.until);
  }
  return Number.POSITIVE_INFINITY;
}
