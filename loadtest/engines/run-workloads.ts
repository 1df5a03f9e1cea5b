import { setTimeout as wait } from "node:timers/promises";
import { type JourneyContext, until } from "../journeys/journey.ts";
import { journeys } from "../journeys/journeys.ts";
import type { Timeline } from "../plan/plan.ts";
import { type Arrivals, arrivalTimes, type Connections, type Crowd } from "../plan/workload.ts";
import type { LiveTimeline } from "./live-timeline.ts";

/** What all journeys of a run have in common. */
export type Common = Omit<JourneyContext, "index" | "count" | "timeline"> & { readonly timeline: RunTimeline };

/** Moments, which wait for stragglers where that is possible. */
export type RunTimeline = Timeline & Partial<Pick<LiveTimeline, "awaitReady" | "awaitQuiet">>;

async function runConnections(crowd: Connections, common: Common): Promise<void> {
  const { count } = crowd;
  const journey = journeys[crowd.journey];
  const { timeline } = common;
  const one = async (index: number): Promise<void> => {
    const ready = timeline.awaitReady?.();
    const quiet = timeline.awaitQuiet?.();
    try {
      await journey({ ...common, index, count, ready: () => ready?.(), quiet: () => quiet?.() });
    } finally {
      ready?.();
      quiet?.();
    }
  };
  await Promise.all(Array.from({ length: count }, (_, index) => one(index)));
}

/** Begins journeys at their times, whether or not earlier ones have ended; resolves when all have. */
async function runArrivals(crowd: Arrivals, common: Common, signal: AbortSignal): Promise<void> {
  const journey = journeys[crowd.journey];
  const { ports, timeline } = common;
  const quiet = timeline.awaitQuiet?.();
  if (crowd.from === "writeFrom") await until(common, "writeFrom");
  const begin = timeline[crowd.from];
  const running = new Set<Promise<void>>();
  let index = 0;
  for (const offset of arrivalTimes(crowd)) {
    const ahead = begin + offset - ports.now();
    if (ahead > 0) await wait(ahead);
    if (signal.aborted) break;
    const one = journey({ ...common, index: index++, count: 0 }).finally(() => running.delete(one));
    running.add(one);
  }
  await Promise.all(running);
  quiet?.();
}

/** Sends crowds on their journeys in this process, until all of them have ended or the run is broken off. */
export async function runCrowds(crowds: readonly Crowd[], common: Common, signal: AbortSignal): Promise<void> {
  const all = crowds.map((crowd) =>
    crowd.kind === "connections" ? runConnections(crowd, common) : runArrivals(crowd, common, signal),
  );
  const broken = new Promise<never>((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
  broken.catch(() => undefined);
  await Promise.race([Promise.all(all), broken]);
}
