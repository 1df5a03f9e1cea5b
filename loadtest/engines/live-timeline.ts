import { type Phases, type Timeline, timelineFrom } from "../plan/plan.ts";

/** Interval at which the timeline decides whether the next phase may begin, milliseconds. */
const checkIntervalMs = 50;
/** Longest total delay. A connection that is not ready by then is not waited for, milliseconds. */
const maxDelayMs = 120_000;

/**
 * The timeline of a run in one process. Unlike separate virtual users it can wait for slow connections: changes begin when
 * every socket is open, and verification begins when the last change is made. All later moments are postponed as well.
 */
export class LiveTimeline implements Timeline {
  /** Resolves when the run has started. */
  readonly started: Promise<void>;
  readonly #phases: Phases;
  readonly #wallNow: () => number;
  readonly #timer: NodeJS.Timeout;
  #moments: Timeline;
  #resolveBegun = (): void => undefined;
  #delayedMs = 0;
  #connectionsNotReady = 0;
  #pendingWork = 0;

  constructor(phases: Phases, wallNow: () => number = Date.now) {
    this.#phases = phases;
    this.#wallNow = wallNow;
    this.#moments = timelineFrom(wallNow(), phases);
    this.started = new Promise((resolve) => {
      this.#resolveBegun = resolve;
    });
    this.#timer = setInterval(() => this.check(), checkIntervalMs);
  }

  /** Begins the run at `start`, milliseconds since 1970. Returns the planned moments. */
  begin(start: number): Timeline {
    this.#moments = timelineFrom(start, this.#phases);
    this.#resolveBegun();
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

  get verifyFrom(): number {
    return this.#moments.verifyFrom;
  }

  get end(): number {
    return this.#moments.end;
  }

  /** Delays the changes until the returned function is called; call it also when the connection fails. */
  delayWriting(): () => void {
    this.#connectionsNotReady += 1;
    return once(() => {
      this.#connectionsNotReady -= 1;
    });
  }

  /** Delays verification until the returned function is called. */
  delayVerification(): () => void {
    this.#pendingWork += 1;
    return once(() => {
      this.#pendingWork -= 1;
    });
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Postpones the next phase while something delays it. */
  check(): void {
    const now = this.#wallNow();
    const { start, writeFrom, writeUntil, verifyFrom, end } = this.#moments;
    if (this.#delayedMs > maxDelayMs) return;
    if (this.#connectionsNotReady > 0 && now > writeFrom - 2 * checkIntervalMs && now < writeUntil) {
      const delay = now + 2 * checkIntervalMs - writeFrom;
      this.#delayedMs += delay;
      this.#moments = {
        start,
        writeFrom: writeFrom + delay,
        writeUntil: writeUntil + delay,
        verifyFrom: verifyFrom + delay,
        end: end + delay,
      };
      return;
    }
    const settledAt = now + this.#phases.settleSeconds * 1000;
    if (this.#pendingWork > 0 && settledAt > verifyFrom && now > writeUntil && now < verifyFrom) {
      const delay = settledAt - verifyFrom;
      this.#delayedMs += delay;
      this.#moments = { ...this.#moments, verifyFrom: verifyFrom + delay, end: end + delay };
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
