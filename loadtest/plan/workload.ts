import type { JourneyName } from "../journeys/journeys.ts";

/** So many connections, each of which makes its journey once. */
export interface Connections {
  readonly kind: "connections";
  readonly name: string;
  readonly journey: JourneyName;
  readonly count: number;
  /** Needs what only Node can do; under k6 the runner makes these journeys beside it. */
  readonly onlyNode?: boolean;
}

/** Journeys that begin at given rates whether or not earlier ones have ended. */
export interface Arrivals {
  readonly kind: "arrivals";
  readonly name: string;
  readonly journey: JourneyName;
  /** Rate at the beginning, per second. */
  readonly startRate: number;
  /** From rate to rate in a straight line; equal rates are a plateau. */
  readonly stages: readonly { readonly target: number; readonly seconds: number }[];
  /** The phase that they begin with. */
  readonly from: "start" | "writeFrom";
  /** How long one journey takes at most, seconds: from it follows how many run at once. */
  readonly longestSeconds: number;
}

export type Crowd = Connections | Arrivals;

/** One rate for so long. */
export function constant(perSecond: number, seconds: number): Pick<Arrivals, "startRate" | "stages"> {
  return { startRate: perSecond, stages: [{ target: perSecond, seconds }] };
}

/** Offsets of all arrivals from the beginning, milliseconds, in order. */
export function* arrivalTimes({ startRate, stages }: Pick<Arrivals, "startRate" | "stages">): Generator<number> {
  let from = startRate;
  let at = 0;
  // How much of an arrival is due; the first one is due at once.
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

/** Something that the runner does to the product during a run. */
export interface Action {
  readonly name: "roll-gateways" | "kill-leader";
  /** Seconds after the changes begin. */
  readonly atSeconds: number;
}

/** The most sockets that a shape holds at once, for limits of the machine. */
export function mostSockets(crowds: readonly Crowd[], perConnection: number): number {
  return crowds.reduce((sum, crowd) => {
    if (crowd.kind === "connections") return sum + crowd.count * perConnection;
    const peak = Math.max(crowd.startRate, ...crowd.stages.map(({ target }) => target));
    return sum + Math.ceil(peak * crowd.longestSeconds);
  }, 0);
}
