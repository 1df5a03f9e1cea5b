import type { Phases, Timeline } from "../lib/plan.ts";
import { timelineFrom } from "../lib/plan.ts";

/** How often it is looked whether the next phase may begin, milliseconds. */
const lookMs = 50;
/** Somebody who is not ready by then is not waited for any more, milliseconds. */
const mostDelayMs = 120_000;

/**
 * The moments of a run in one process, which can wait for stragglers as separate virtual users cannot: changes begin when
 * every socket is open, and nobody is judged before the last change is made. Later phases move along.
 */
export class LiveTimeline implements Timeline {
  readonly start: number;
  readonly #settleMs: number;
  readonly #now: () => number;
  readonly #timer: NodeJS.Timeout;
  #moments: Timeline;
  #delayedMs = 0;
  /** Connections that are not ready, and work that is not done. */
  #unready = 0;
  #busy = 0;

  constructor(start: number, phases: Phases, now: () => number = Date.now) {
    this.#moments = timelineFrom(start, phases);
    this.start = start;
    this.#settleMs = phases.settleSeconds * 1000;
    this.#now = now;
    this.#timer = setInterval(() => this.look(), lookMs);
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
        start: this.start,
        writeFrom: writeFrom + by,
        writeUntil: writeUntil + by,
        judgeAt: judgeAt + by,
        end: end + by,
      };
    } else if (this.#busy > 0 && now + this.#settleMs > judgeAt && now > writeUntil && now < judgeAt) {
      const by = now + this.#settleMs - judgeAt;
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
