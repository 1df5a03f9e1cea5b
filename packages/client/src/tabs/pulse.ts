import type { Clock } from "@heliograph/shared/clock";
import { Timer } from "@heliograph/shared/timer";

/** How often a follower makes sure that the leader is alive. */
export const pulseMs = 700;
/** Pings in a row without a sign of life after which the leader counts as frozen: 2.8 to 3.5 seconds. */
export const missedPings = 4;
/** So many of them already make the status doubtful. A hidden leader's sign may take a good second. */
const doubtfulPings = 3;
/** A leader that was pinged counts on after this time; more than what `browserClock` shortens in a hidden page. */
export const tickMs = 100;

export type PulsePorts = {
  readonly ping: () => void;
  /** The leader holds its lock but shows no life. */
  readonly onSilence: () => void;
  readonly clock: Clock;
};

/**
 * A follower's finger on the leader. It asks and the leader answers, rather than the leader telling by a timer: browsers
 * slow the timers of hidden pages down to one a minute, but not their messages. A frozen page answers messages too, in
 * Chromium, though its timers and its socket stand still; so only an answer with a new count is a sign of life. It counts
 * its own questions, not time: a follower that was frozen itself has asked nothing meanwhile and suspects nobody.
 */
export class Pulse {
  readonly #ports: PulsePorts;
  readonly #timer: Timer;
  #unanswered = 0;
  #count: number | undefined;

  constructor(ports: PulsePorts) {
    this.#ports = ports;
    this.#timer = new Timer(ports.clock);
  }

  /** It was asked several times without a sign of life. */
  get silent(): boolean {
    return this.#unanswered >= doubtfulPings;
  }

  start(): void {
    this.#unanswered = 0;
    this.#count = undefined;
    this.#ask();
  }

  stop(): void {
    this.#timer.clear();
    this.#unanswered = 0;
  }

  /** @param count of the leader's timer; the same as the last one is no sign of life */
  heard(count: number): void {
    if (count === this.#count) return;
    this.#count = count;
    this.#unanswered = 0;
  }

  #ask(): void {
    if (this.#unanswered >= missedPings) {
      this.#unanswered = 0;
      this.#ports.onSilence();
      return;
    }
    this.#unanswered += 1;
    this.#timer.set(pulseMs, () => this.#ask());
    this.#ports.ping();
  }
}
