import type { Clock } from "@heliograph/shared/clock";
import { Timer } from "@heliograph/shared/timer";
import type { EntityIds } from "../api/entity-ids.ts";

/** One row, or with `container` all rows of the entity type inside that row. */
export interface Target {
  readonly entityCode: string;
  readonly entityId: string;
  readonly container: boolean;
}

/**
 * - wanted: sent with the next flush
 * - asked: in a SUBSCRIBE that is not answered yet
 * - held: confirmed; the server signals every change from now on
 * - refused: the server says that the row is gone, or may not be read; it notifies at most when that changes
 * - failed: the server rejected the request itself; sending it again would change nothing
 */
export type Phase = "wanted" | "asked" | "held" | "refused" | "failed";

export interface Subscription extends Target {
  /** How many views want it. */
  references: number;
  /** When the last view released it; milliseconds since 1970. */
  releasedAt: number | undefined;
  phase: Phase;
}

/**
 * How long a subscription outlives its last view. Covers a page change that unmounts one view and mounts another of the
 * same rows, and React's double mount in development. Short enough that the server does little work for rows without a
 * view.
 */
export const lingerMs = 5_000;

export function targetKey(target: Target): string {
  return `${target.container ? "in" : "id"}:${target.entityCode}:${target.entityId}`;
}

/** Targets for ids that an application gave. */
export function toTargets(
  ids: EntityIds,
  entityCode: string,
  given: readonly string[],
  container: boolean,
): readonly Target[] {
  const canonical = given.map((id) => (container ? id : ids.canonical(entityCode, id)));
  return [...new Set(canonical)].map((entityId) => ({ entityCode, entityId, container }));
}

/** Subscriptions with reference counts. A subscription outlives its last view by `lingerMs`. */
export class SubscriptionSet {
  readonly #clock: Clock;
  readonly #timer: Timer;
  readonly #subscriptions = new Map<string, Subscription>();
  readonly #onExpired: (expired: readonly Subscription[]) => void;
  #paused = false;

  constructor(clock: Clock, onExpired: (expired: readonly Subscription[]) => void) {
    this.#clock = clock;
    this.#timer = new Timer(clock);
    this.#onExpired = onExpired;
  }

  all(): IterableIterator<Subscription> {
    return this.#subscriptions.values();
  }

  get(target: Target): Subscription | undefined {
    return this.#subscriptions.get(targetKey(target));
  }

  /** Adds one reference to each target. */
  acquire(targets: readonly Target[]): void {
    for (const target of targets) {
      const key = targetKey(target);
      const subscription = this.#subscriptions.get(key);
      if (subscription) {
        subscription.references += 1;
        subscription.releasedAt = undefined;
      } else {
        this.#subscriptions.set(key, { ...target, references: 1, releasedAt: undefined, phase: "wanted" });
      }
    }
  }

  /** Takes one reference from each target. Those without any expire after `lingerMs`. */
  release(targets: readonly Target[]): void {
    for (const target of targets) {
      const subscription = this.#subscriptions.get(targetKey(target));
      if (!subscription || subscription.references === 0) continue;
      subscription.references -= 1;
      if (subscription.references === 0) subscription.releasedAt = this.#clock.wallNow();
    }
    this.#arm();
  }

  /** Stops the timer. Subscriptions stay for a later start. */
  pause(): void {
    this.#paused = true;
    this.#timer.clear();
  }

  resume(): void {
    this.#paused = false;
    this.#arm();
  }

  #arm(): void {
    if (this.#timer.armed || this.#paused) return;
    let earliest: number | undefined;
    for (const { releasedAt } of this.#subscriptions.values()) {
      if (releasedAt !== undefined && (earliest === undefined || releasedAt < earliest)) earliest = releasedAt;
    }
    if (earliest === undefined) return;
    this.#timer.set(earliest + lingerMs - this.#clock.wallNow(), () => this.#expire());
  }

  #expire(): void {
    const limit = this.#clock.wallNow() - lingerMs;
    const expired: Subscription[] = [];
    for (const [key, subscription] of this.#subscriptions) {
      if (subscription.releasedAt === undefined || subscription.releasedAt > limit) continue;
      this.#subscriptions.delete(key);
      expired.push(subscription);
    }
    this.#arm();
    if (expired.length > 0) this.#onExpired(expired);
  }
}
