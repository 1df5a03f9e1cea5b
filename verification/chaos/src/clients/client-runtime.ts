import type { Clock } from "@heliograph/client";

/** A pending timer of the client. */
interface Timer {
  readonly callback: () => void;
  /** On the runtime's monotonic clock. */
  readonly dueAt: number;
  handle: NodeJS.Timeout | undefined;
}

/**
 * The clock, timers and incoming events of one client. It can be suspended like a laptop that sleeps (no timers, no events,
 * the clock moves on) and terminated like one that loses power.
 */
export class ClientRuntime {
  readonly clock: Clock = {
    now: () => performance.now() + this.#monotonicShift,
    wallNow: () => Date.now() + this.#wallShift,
    setTimer: (callback, delayMs) => this.#setTimer(callback, delayMs),
  };
  #wallShift = 0;
  #monotonicShift = 0;
  #state: "running" | "suspended" | "terminated" = "running";
  readonly #timers = new Set<Timer>();
  #deferred: (() => void)[] = [];
  readonly #termination = new AbortController();

  /** Delivers an event from outside: now, after the runtime resumes, or never once it is terminated. */
  readonly run = (event: () => void): void => {
    if (this.#state === "running") event();
    else if (this.#state === "suspended") this.#deferred.push(event);
  };

  /** The platform's fetch, whose responses are deferred while suspended and aborted by termination. */
  readonly fetch: typeof fetch = async (input, init) => {
    const termination = this.#termination.signal;
    const signal = init?.signal ? AbortSignal.any([init.signal, termination]) : termination;
    const answer = await fetch(input, { ...init, signal }).then(
      (response) => () => response,
      (error: unknown) => () => {
        throw error;
      },
    );
    await new Promise<void>((resolve, reject) => {
      const abort = () => reject(termination.reason);
      if (termination.aborted) abort();
      termination.addEventListener("abort", abort, { once: true });
      this.run(() => {
        termination.removeEventListener("abort", abort);
        resolve();
      });
    });
    return answer();
  };

  suspend(): void {
    if (this.#state !== "running") return;
    this.#state = "suspended";
    this.#stopTimers();
  }

  /** Resumes as if this many milliseconds had passed; platforms differ in whether the monotonic clock counts sleep. */
  resume(slept: { wallMs: number; monotonicMs: number }): void {
    if (this.#state !== "suspended") return;
    this.#wallShift += slept.wallMs;
    this.#monotonicShift += slept.monotonicMs;
    this.#state = "running";
    for (const timer of this.#timers) this.#arm(timer);
    const deferred = this.#deferred;
    this.#deferred = [];
    for (const event of deferred) this.run(event);
  }

  /** Ends the runtime for good: no timer fires and no event arrives afterwards. */
  terminate(): void {
    this.#state = "terminated";
    this.#termination.abort(new DOMException("The client runtime was terminated.", "AbortError"));
    this.#stopTimers();
    this.#timers.clear();
    this.#deferred = [];
  }

  #setTimer(callback: () => void, delayMs: number): () => void {
    const timer: Timer = { callback, dueAt: this.clock.now() + delayMs, handle: undefined };
    if (this.#state === "terminated") return () => undefined;
    this.#timers.add(timer);
    if (this.#state === "running") this.#arm(timer);
    return () => {
      clearTimeout(timer.handle);
      this.#timers.delete(timer);
    };
  }

  #arm(timer: Timer): void {
    const fire = () => {
      this.#timers.delete(timer);
      timer.callback();
    };
    timer.handle = setTimeout(fire, Math.max(0, timer.dueAt - this.clock.now()));
  }

  #stopTimers(): void {
    for (const { handle } of this.#timers) clearTimeout(handle);
  }
}
