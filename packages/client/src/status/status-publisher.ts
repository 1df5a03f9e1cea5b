import type { Clock } from "@heliograph/shared/clock";
import { Emitter } from "@heliograph/shared/emitter";
import { Timer } from "@heliograph/shared/timer";
import { type SyncStatus, sameStatus } from "./sync-status.ts";

/** Counts of a status may lag by this much, milliseconds, so that a burst of signals does not re-render as often. */
const intervalMs = 250;

export interface StatusPublisherPorts {
  readonly clock: Clock;
  readonly compute: () => SyncStatus;
  /** When the status changes by the passage of time alone. */
  readonly nextAt: () => number | undefined;
}

/** Keeps the latest status as one object, which changes only when something in it changes, and notifies listeners. */
export class StatusPublisher {
  readonly #ports: StatusPublisherPorts;
  readonly #changes = new Emitter<SyncStatus>();
  readonly #timer: Timer;
  /** For what becomes true without an event: being stuck. */
  readonly #alarm: Timer;
  #current: SyncStatus;
  #running = false;

  constructor(ports: StatusPublisherPorts) {
    this.#ports = ports;
    this.#timer = new Timer(ports.clock);
    this.#alarm = new Timer(ports.clock);
    this.#current = ports.compute();
  }

  get current(): SyncStatus {
    return this.#current;
  }

  on(listener: (status: SyncStatus) => void): () => void {
    return this.#changes.on(listener);
  }

  start(): void {
    this.#running = true;
  }

  stop(): void {
    this.#running = false;
    this.publish();
  }

  publish(): void {
    this.#timer.clear();
    this.#arm();
    const status = this.#ports.compute();
    if (sameStatus(status, this.#current)) return;
    this.#current = status;
    this.#changes.emit(status);
  }

  publishLater(): void {
    // After `stop` no timer may be left, and changes are rare.
    if (!this.#running) this.publish();
    else if (!this.#timer.armed) this.#timer.set(intervalMs, () => this.publish());
  }

  #arm(): void {
    this.#alarm.clear();
    const now = this.#ports.clock.wallNow();
    const nextAt = this.#running ? this.#ports.nextAt() : undefined;
    if (nextAt !== undefined && nextAt > now) this.#alarm.set(nextAt - now, () => this.publish());
  }
}
