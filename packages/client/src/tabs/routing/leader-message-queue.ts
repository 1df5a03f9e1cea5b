import type { Clock } from "@heliograph/shared/clock";
import { type EntityKey, entityKey } from "@heliograph/shared/entity-key";
import { Timer } from "@heliograph/shared/timer";

/**
 * Longest wait of a message for the leader's read, milliseconds. Without the wait every tab would read every row; without
 * its end a leader that cannot read would silence the other tabs. After it a follower reads the row itself.
 */
export const maxQueuedMs = 1_000;

export interface LeaderMessageQueuePorts {
  /** Whether the leader still has to read the row. */
  readonly needs: (key: EntityKey) => boolean;
  readonly clock: Clock;
}

interface QueuedMessage {
  readonly keys: Set<EntityKey>;
  readonly dueAt: number;
  readonly send: () => void;
}

/** Queues messages of the leader to its followers until it has read the rows that they are about. */
export class LeaderMessageQueue {
  readonly #ports: LeaderMessageQueuePorts;
  readonly #timer: Timer;
  readonly #queued = new Set<QueuedMessage>();

  constructor(ports: LeaderMessageQueuePorts) {
    this.#ports = ports;
    this.#timer = new Timer(ports.clock);
  }

  get isEmpty(): boolean {
    return this.#queued.size === 0;
  }

  /** Calls `send` once none of the rows is needed any more; immediately if none is. */
  add(entityCode: string, ids: readonly string[], send: () => void): void {
    const keys = new Set(ids.map((id) => entityKey(entityCode, id)).filter((key) => this.#ports.needs(key)));
    if (keys.size === 0) {
      send();
      return;
    }
    this.#queued.add({ keys, dueAt: this.#ports.clock.wallNow() + maxQueuedMs, send });
    if (!this.#timer.armed) this.#timer.set(maxQueuedMs, () => this.#sendDue());
  }

  /** The leader has to read these rows now, or has read them. */
  needsChanged(keys: readonly EntityKey[]): void {
    if (this.isEmpty) return;
    const read = keys.filter((key) => !this.#ports.needs(key));
    for (const message of [...this.#queued]) {
      for (const key of read) message.keys.delete(key);
      if (message.keys.size === 0) this.#send(message);
    }
  }

  clear(): void {
    this.#queued.clear();
    this.#timer.clear();
  }

  #send(message: QueuedMessage): void {
    if (this.#queued.delete(message)) message.send();
  }

  #sendDue(): void {
    const now = this.#ports.clock.wallNow();
    for (const message of [...this.#queued]) if (message.dueAt <= now) this.#send(message);
    let next = Number.POSITIVE_INFINITY;
    for (const { dueAt } of this.#queued) next = Math.min(next, dueAt);
    if (!this.isEmpty) this.#timer.set(next - now, () => this.#sendDue());
  }
}
