import type { Clock } from "@heliograph/shared/clock";
import { type EntityKey, entityKey } from "@heliograph/shared/entity-key";
import { Timer } from "@heliograph/shared/timer";

/**
 * A follower hears of a change when the leader has read the row, or after this time: it then reads the row itself.
 * Without the wait every tab would read every row; without the end a leader that cannot read would silence the others.
 */
export const patienceMs = 1_000;

export type HeldBackPorts = {
  /** The leader still has to read the row. */
  readonly needs: (key: EntityKey) => boolean;
  readonly clock: Clock;
};

type Waiting = { readonly keys: Set<EntityKey>; readonly dueAt: number; readonly go: () => void };

/** Words to followers that wait until the leader has read the rows they are about. */
export class HeldBack {
  readonly #ports: HeldBackPorts;
  readonly #timer: Timer;
  readonly #waiting = new Set<Waiting>();

  constructor(ports: HeldBackPorts) {
    this.#ports = ports;
    this.#timer = new Timer(ports.clock);
  }

  /** Something is kept back. */
  get waiting(): boolean {
    return this.#waiting.size > 0;
  }

  /** Calls `go` once no row is needed any more; at once if none is. */
  until(entityCode: string, ids: readonly string[], go: () => void): void {
    const keys = new Set(ids.map((id) => entityKey(entityCode, id)).filter((key) => this.#ports.needs(key)));
    if (keys.size === 0) {
      go();
      return;
    }
    this.#waiting.add({ keys, dueAt: this.#ports.clock.wallNow() + patienceMs, go });
    if (!this.#timer.armed) this.#timer.set(patienceMs, () => this.#sweep());
  }

  /** Needs of these rows came or went. */
  changed(keys: readonly EntityKey[]): void {
    if (this.#waiting.size === 0) return;
    const read = keys.filter((key) => !this.#ports.needs(key));
    for (const waiting of [...this.#waiting]) {
      for (const key of read) waiting.keys.delete(key);
      if (waiting.keys.size === 0) this.#go(waiting);
    }
  }

  clear(): void {
    this.#waiting.clear();
    this.#timer.clear();
  }

  #go(waiting: Waiting): void {
    if (this.#waiting.delete(waiting)) waiting.go();
  }

  #sweep(): void {
    const now = this.#ports.clock.wallNow();
    for (const waiting of [...this.#waiting]) if (waiting.dueAt <= now) this.#go(waiting);
    let next = Number.POSITIVE_INFINITY;
    for (const { dueAt } of this.#waiting) next = Math.min(next, dueAt);
    if (this.#waiting.size > 0) this.#timer.set(next - now, () => this.#sweep());
  }
}
