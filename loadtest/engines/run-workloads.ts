import { sleep } from "@heliograph/shared/sleep";
import { type JourneyContext, until } from "../journeys/journey.ts";
import { journeys } from "../journeys/journeys.ts";
import type { Timeline } from "../plan/plan.ts";
import { type ArrivalWorkload, arrivalTimes, type ConnectionWorkload, type Workload } from "../plan/workload.ts";
import type { LiveTimeline } from "./live-timeline.ts";

/** A timeline that journeys can postpone, where the engine supports it. */
export type RunTimeline = Timeline & Partial<Pick<LiveTimeline, "delayWriting" | "delayVerification">>;

/** What all journeys of a run share. */
type SharedContext = Omit<JourneyContext, "index" | "count" | "timeline"> & { readonly timeline: RunTimeline };

async function runConnections(workload: ConnectionWorkload, shared: SharedContext): Promise<void> {
  const { count } = workload;
  const journey = journeys[workload.journey];
  const { timeline } = shared;
  const runOne = async (index: number): Promise<void> => {
    const ready = timeline.delayWriting?.();
    const writesDone = timeline.delayVerification?.();
    try {
      await journey({ ...shared, index, count, onReady: () => ready?.(), onWritesDone: () => writesDone?.() });
    } finally {
      ready?.();
      writesDone?.();
    }
  };
  await Promise.all(Array.from({ length: count }, (_, index) => runOne(index)));
}

/** Starts journeys at their times, whether or not earlier ones have ended; resolves when all have. */
async function runArrivals(workload: ArrivalWorkload, shared: SharedContext, signal: AbortSignal): Promise<void> {
  const journey = journeys[workload.journey];
  const { ports, timeline } = shared;
  const writesDone = timeline.delayVerification?.();
  if (workload.from === "writeFrom") await until(shared, "writeFrom");
  const begin = timeline[workload.from];
  const running = new Set<Promise<void>>();
  let index = 0;
  for (const offset of arrivalTimes(workload)) {
    const ahead = begin + offset - ports.wallNow();
    if (ahead > 0) await sleep(ahead);
    if (signal.aborted) break;
    const one = journey({ ...shared, index: index++, count: 0 }).finally(() => running.delete(one));
    running.add(one);
  }
  await Promise.all(running);
  writesDone?.();
}

/**
 * Runs workloads in this process until every journey has ended.
 * @throws the signal's reason when the run is aborted
 */
export async function runWorkloads(
  workloads: readonly Workload[],
  shared: SharedContext,
  signal: AbortSignal,
): Promise<void> {
  const all = workloads.map((workload) =>
    workload.kind === "connections" ? runConnections(workload, shared) : runArrivals(workload, shared, signal),
  );
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
  aborted.catch(() => undefined);
  await Promise.race([Promise.all(all), aborted]);
}
