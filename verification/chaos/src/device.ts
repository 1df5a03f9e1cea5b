import type { Clock } from "@heliograph/client";

/** A timer of the client. */
interface Alarm {
  readonly callback: () => void;
  /** On the device's monotonic clock. */
  readonly dueAt: number;
  handle: NodeJS.Timeout | undefined;
}

/**
 * The machine that a client runs on, as the client sees it: it can fall asleep, during which no timer fires, nothing that
 * arrives is seen, and the clock goes on, and it can lose power.
 */
export class Device {
  readonly clock: Clock = {
    now: () => performance.now() + this.#monotonicShift,
    wallNow: () => Date.now() + this.#wallShift,
    setTimer: (callback, delayMs) => this.#setTimer(callback, delayMs),
  };
  #wallShift = 0;
  #monotonicShift = 0;
  #state: "awake" | "asleep" | "dead" = "awake";
  readonly #alarms = new Set<Alarm>();
  #missed: (() => void)[] = [];
  readonly #death = new AbortController();

  /** For everything that comes from outside: now, when the device wakes up, or never. */
  readonly run = (event: () => void): void => {
    if (this.#state === "awake") event();
    else if (this.#state === "asleep") this.#missed.push(event);
  };

  /** As the platform's, but its answers are not seen in sleep either, and death ends it. */
  readonly fetch: typeof fetch = async (input, init) => {
    const death = this.#death.signal;
    const signal = init?.signal ? AbortSignal.any([init.signal, death]) : death;
    const answer = await fetch(input, { ...init, signal }).then(
      (response) => () => response,
      (error: unknown) => () => {
        throw error;
      },
    );
    await new Promise<void>((resolve, reject) => {
      const die = () => reject(death.reason);
      if (death.aborted) die();
      death.addEventListener("abort", die, { once: true });
      this.run(() => {
        death.removeEventListener("abort", die);
        resolve();
      });
    });
    return answer();
  };

  sleep(): void {
    if (this.#state !== "awake") return;
    this.#state = "asleep";
    this.#stopAlarms();
  }

  /** So many milliseconds seem to have passed; a monotonic clock may or may not have counted them. */
  wake(slept: { wallMs: number; monotonicMs: number }): void {
    if (this.#state !== "asleep") return;
    this.#wallShift += slept.wallMs;
    this.#monotonicShift += slept.monotonicMs;
    this.#state = "awake";
    for (const alarm of this.#alarms) this.#arm(alarm);
    const missed = this.#missed;
    this.#missed = [];
    for (const event of missed) this.run(event);
  }

  /** Nothing happens on it any more. */
  die(): void {
    this.#state = "dead";
    this.#death.abort(new DOMException("The device is dead.", "AbortError"));
    this.#stopAlarms();
    this.#alarms.clear();
    this.#missed = [];
  }

  #setTimer(callback: () => void, delayMs: number): () => void {
    const alarm: Alarm = { callback, dueAt: this.clock.now() + delayMs, handle: undefined };
    if (this.#state === "dead") return () => undefined;
    this.#alarms.add(alarm);
    if (this.#state === "awake") this.#arm(alarm);
    return () => {
      clearTimeout(alarm.handle);
      this.#alarms.delete(alarm);
    };
  }

  #arm(alarm: Alarm): void {
    const fire = () => {
      this.#alarms.delete(alarm);
      alarm.callback();
    };
    alarm.handle = setTimeout(fire, Math.max(0, alarm.dueAt - this.clock.now()));
  }

  #stopAlarms(): void {
    for (const { handle } of this.#alarms) clearTimeout(handle);
  }
}
