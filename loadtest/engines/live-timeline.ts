import type { Phases, Timeline } from "../plan/plan.ts";
import { timelineFrom } from "../plan/plan.ts";

/** How often it is looked whether the next phase may begin, milliseconds. */
const lookMs = 50;
/** Somebody who is not ready by then is not waited for any more, milliseconds. */
const mostDelayMs = 120_000;

/**
 * The moments of a run in one process, which can wait for stragglers as separate virtual users cannot: changes begin when
 * every socket is open, and nobody is judged before the last change is made. Later phases move along.
 */
export class LiveTimeline implements Timeline {
  /** Settles when the run has begun. */
  readonly begun: Promise<void>;
  readonly #phases: Phases;
  readonly #now: () => number;
  readonly #timer: NodeJS.Timeout;
  #moments: Timeline;
  #begin = (): void => undefined;
  #delayedMs = 0;
  /** Connections that are not ready, and work that is not done. */
  #unready = 0;
  #busy = 0;

  constructor(phases: Phases, now: () => number = Date.now) {
    this.#phases = phases;
    this.#now = now;
    this.#moments = timelineFrom(now(), phases);
    this.begun = new Promise((resolve) => {
      this.#begin = resolve;
    });
    this.#timer = setInterval(() => this.look(), lookMs);
  }

  /** The run begins at this moment, milliseconds since 1970. Answers the moments as they are foreseen. */
  begin(start: number): Timeline {
    this.#moments = timelineFrom(start, this.#phases);
    this.#begin();
    return this.#moments;
  }

  get start(): number {
    return this.#moments.start;
  }

  get writeFrom(): number {
    return this.#moments.writeFrom;
  }

  get writeUntil(): number {
    return this.#moments.writeUntil;
  }

  get judgeAt(): number {
    return this.#moments.judgeAt;
  }

  get end(): number {
    return this.#moments.end;
  }

  /** Somebody is awaited before changes begin; the answer is called when he is ready, or never will be. */
  awaitReady(): () => void {
    this.#unready += 1;
    return once(() => {
      this.#unready -= 1;
    });
  }

  /** Something goes on that has to end before the run is judged. */
  awaitQuiet(): () => void {
    this.#busy += 1;
    return once(() => {
      this.#busy -= 1;
    });
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Puts off the next phase while somebody is awaited. */
  look(): void {
    const now = this.#now();
    const { writeFrom, writeUntil, judgeAt, end } = this.#moments;
    if (this.#delayedMs > mostDelayMs) return;
    if (this.#unready > 0 && now > writeFrom - 2 * lookMs && now < writeUntil) {
      const by = now + 2 * lookMs - writeFrom;
      this.#delayedMs += by;
      this.#moments = {
        start: this.#moments.start,
        writeFrom: writeFrom + by,
        writeUntil: writeUntil + by,
        judgeAt: judgeAt + by,
        end: end + by,
      };
      return;
    }
    const settledAt = now + this.#phases.settleSeconds * 1000;
    if (this.#busy > 0 && settledAt > judgeAt && now > writeUntil && now < judgeAt) {
      const by = settledAt - judgeAt;
      this.#delayedMs += by;
      this.#moments = { ...this.#moments, judgeAt: judgeAt + by, end: end + by };
    }
  }
}

function once(act: () => void): () => void {
  let done = false;
  return () => {
    if (done) return;
    done = true;
    act();
  };
}
