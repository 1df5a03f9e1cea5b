/** A journey by name; `journeys/journeys.ts` implements them. */
export type JourneyName = "holdRows" | "writeRow" | "work" | "visit" | "idle" | "stall" | "abuse";

/** A fixed number of connections, each of which runs its journey once. */
export interface ConnectionWorkload {
  readonly kind: "connections";
  readonly name: string;
  readonly journey: JourneyName;
  readonly count: number;
  /** The journey needs what only Node can do. Under k6 the runner runs it in its own process, in parallel. */
  readonly onlyNode?: boolean;
}

/** Journeys that start at a given rate, whether or not earlier ones have ended. */
export interface ArrivalWorkload {
  readonly kind: "arrivals";
  readonly name: string;
  readonly journey: JourneyName;
  /** Initial rate, per second. */
  readonly startRate: number;
  /** The rate changes linearly to each target, per second; two equal rates make a plateau. */
  readonly stages: readonly { readonly target: number; readonly seconds: number }[];
  /** The moment of the timeline at which the first stage begins. */
  readonly from: "start" | "writeFrom";
  /** Longest duration of one journey, seconds. With the rate it bounds how many run at the same time. */
  readonly maxJourneySeconds: number;
}

export type Workload = ConnectionWorkload | ArrivalWorkload;

/** The stages of a constant rate. */
export function constant(perSecond: number, seconds: number): Pick<ArrivalWorkload, "startRate" | "stages"> {
  return { startRate: perSecond, stages: [{ target: perSecond, seconds }] };
}

/** Changes at a constant rate, one row after the other, from the moment at which all sockets are open. */
export function constantChanges(perSecond: number, seconds: number): ArrivalWorkload {
  return {
    kind: "arrivals",
    name: "changes",
    journey: "writeRow",
    from: "writeFrom",
    maxJourneySeconds: 2,
    ...constant(perSecond, seconds),
  };
}

/** Sockets that hold rows for the whole run. */
export function rowHolders(count: number): ConnectionWorkload {
  return { kind: "connections", name: "holders", journey: "holdRows", count };
}

/** Offsets of all arrivals from the first stage's beginning, milliseconds, ascending. */
export function* arrivalTimes({ startRate, stages }: Pick<ArrivalWorkload, "startRate" | "stages">): Generator<number> {
  let from = startRate;
  let at = 0;
  // Fraction of an arrival that is due. The first arrival is due immediately.
  let due = 1;
  for (const { target, seconds } of stages) {
    // Integrated in steps of a millisecond: exact enough, and without the square roots of the closed form.
    for (let ms = 0; ms < seconds * 1000; ms++) {
      const rate = from + ((target - from) * ms) / (seconds * 1000);
      if (rate > 0)
        while (due >= 1) {
          yield at + ms;
          due -= 1;
        }
      due += rate / 1000;
    }
    at += seconds * 1000;
    from = target;
  }
}

/** A fault or maintenance step that the runner performs on the deployment during a run. */
export interface Action {
  readonly name: "roll-gateways" | "kill-leader";
  /** Seconds after the changes begin. */
  readonly atSeconds: number;
}

/** Upper bound of the sockets that workloads hold at the same time, for comparison with the machine's limits. */
export function maxSockets(workloads: readonly Workload[], perConnection: number): number {
  return workloads.reduce((sum, workload) => {
    if (workload.kind === "connections") return sum + workload.count * perConnection;
    const peak = Math.max(workload.startRate, ...workload.stages.map(({ target }) => target));
    return sum + Math.ceil(peak * workload.maxJourneySeconds);
  }, 0);
}
