import type { Clock } from "../clock.ts";
import { Timer } from "../timer.ts";

/** How often a follower makes sure that the leader answers. */
export const pulseMs = 800;
/** Pings in a row without an answer after which the leader counts as frozen: between 2.4 and 3.2 seconds. */
export const missedPings = 3;

export type PulsePorts = {
  readonly ping: () => void;
  /** The leader holds its lock but does not answer. */
  readonly onSilence: () => void;
  readonly clock: Clock;
};

/**
 * A follower's ear for the leader. It asks and the leader answers, rather than the leader telling by a timer: browsers
 * slow the timers of hidden pages down to one a minute, but not their messages. Counts its own questions, not time:
 * a follower that was frozen itself has asked nothing meanwhile and suspects nobody.
 */
export class Pulse {
  readonly #ports: PulsePorts;
  readonly #timer: Timer;
  #unanswered = 0;

  constructor(ports: PulsePorts) {
    this.#ports = ports;
    this.#timer = new Timer(ports.clock);
  }

  /** True once two questions in a row stayed without an answer. */
  get silent(): boolean {
    return this.#unanswered >= 2;
  }

  start(): void {
    this.#unanswered = 0;
    this.#ask();
  }

  stop(): void {
    this.#timer.clear();
    this.#unanswered = 0;
  }

  heard(): void {
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
