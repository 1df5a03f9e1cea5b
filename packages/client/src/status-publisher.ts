import type { Clock } from "./clock.ts";
import { Emitter } from "./emitter.ts";
import { type SyncStatus, sameStatus } from "./sync-status.ts";
import { Timer } from "./timer.ts";

/** Counts of a status may lag behind by this much, so that a flood of signals does not re-render the indicator as often. */
const intervalMs = 250;

/** Keeps the latest status as one object that changes only when something in it changes, and tells whoever listens. */
export class StatusPublisher {
  readonly #compute: () => SyncStatus;
  readonly #changes = new Emitter<SyncStatus>();
  readonly #timer: Timer;
  #current: SyncStatus;
  #running = false;

  constructor(clock: Clock, compute: () => SyncStatus) {
    this.#compute = compute;
    this.#timer = new Timer(clock);
    this.#current = compute();
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
    const status = this.#compute();
    if (sameStatus(status, this.#current)) return;
    this.#current = status;
    this.#changes.emit(status);
  }

  publishLater(): void {
    // After a stop no timer may be left; what still comes in is rare then.
    if (!this.#running) this.publish();
    else if (!this.#timer.armed) this.#timer.set(intervalMs, () => this.publish());
  }
}
