import type { Clock } from "@heliograph/shared/clock";
import { Timer } from "@heliograph/shared/timer";

/** How often a follower pings the leader, milliseconds. */
export const heartbeatIntervalMs = 700;
/** Unanswered pings in a row after which the leader counts as hung: 2.8 to 3.5 s. */
export const maxMissedHeartbeats = 4;
/** Unanswered pings after which the status shows that the leader is silent. A hidden leader may take a good second. */
const silentAfterMissed = 3;
/** Delay of the timer whose firing a leader counts; longer than what `browserClock` shortens in a hidden page. */
export const heartbeatTimerMs = 100;

export interface LeaderHeartbeatPorts {
  readonly ping: () => void;
  /** The leader holds its lock but does not answer. */
  readonly onHung: () => void;
  readonly clock: Clock;
}

/**
 * Detects a hung leader tab. Followers ping and the leader answers; a timer of the leader would not do, because browsers
 * slow the timers of hidden pages down to one a minute, but not their messages. In Chromium a frozen page even answers
 * messages while its timers and its socket stand still. So only an answer with a new count of the leader's timer is a
 * sign of life. A follower counts its pings and not time: one that was frozen itself has sent none, and suspects nothing.
 */
export class LeaderHeartbeat {
  readonly #ports: LeaderHeartbeatPorts;
  readonly #timer: Timer;
  #missed = 0;
  #count: number | undefined;

  constructor(ports: LeaderHeartbeatPorts) {
    this.#ports = ports;
    this.#timer = new Timer(ports.clock);
  }

  /** Whether several pings in a row were not answered. */
  get silent(): boolean {
    return this.#missed >= silentAfterMissed;
  }

  start(): void {
    this.#missed = 0;
    this.#count = undefined;
    this.#ping();
  }

  stop(): void {
    this.#timer.clear();
    this.#missed = 0;
  }

  /** @param count of the leader's timer; the same as before is no sign of life */
  received(count: number): void {
    if (count === this.#count) return;
    this.#count = count;
    this.#missed = 0;
  }

  #ping(): void {
    if (this.#missed >= maxMissedHeartbeats) {
      this.#missed = 0;
      this.#ports.onHung();
      return;
    }
    this.#missed += 1;
    this.#timer.set(heartbeatIntervalMs, () => this.#ping());
    this.#ports.ping();
  }
}
