import type { Clock } from "@heliograph/shared/clock";
import { containerName } from "@heliograph/shared/container";
import { Timer } from "@heliograph/shared/timer";
import type { Subscription } from "./subscription-set.ts";

/** Delay before the first retry of a refused subscription, milliseconds. It doubles with each refusal. */
export const refusedRetryMs = 5_000;
/** Longest delay: a right that is granted again without any signal is noticed within a minute. */
export const refusedRetryCapMs = 60_000;
/** The same for a server that rechecks refused subscriptions itself: a safeguard in case it misses one. */
export const recheckedRetryMs = 60_000;
export const recheckedRetryCapMs = 300_000;
/** Retries that are due within this time of each other are sent in one message. */
const gatherMs = 1_000;
/**
 * Early retries between two regular ones. Without the limit, a list that keeps showing a row whose subscription the server
 * refuses would subscribe, remove and list the row again in an endless loop.
 */
const maxEarlyRetries = 3;

interface Refusal {
  /** How often the server refused it in a row. */
  count: number;
  dueAt: number;
  earlyRetries: number;
}

/**
 * Decides when to subscribe again to what the server refused. A current server rechecks refused subscriptions itself and
 * notifies. An older one signals nothing for a refused target: without retries, a right that is granted would go
 * unnoticed until the next connection.
 */
export class RefusedSubscribeRetry {
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #timer: Timer;
  readonly #refused = new Map<Subscription, Refusal>();
  readonly #onDue: (subscriptions: readonly Subscription[]) => void;
  #serverRechecks = false;

  constructor(clock: Clock, random: () => number, onDue: (subscriptions: readonly Subscription[]) => void) {
    this.#clock = clock;
    this.#random = random;
    this.#timer = new Timer(clock);
    this.#onDue = onDue;
  }

  /** Marks the subscription as refused, once more if it was before. */
  add(subscription: Subscription): void {
    subscription.phase = "refused";
    const refusal = this.#refused.get(subscription) ?? { count: 0, dueAt: 0, earlyRetries: 0 };
    refusal.count += 1;
    refusal.dueAt = this.#clock.wallNow() + this.#delay(refusal.count);
    this.#refused.set(subscription, refusal);
    this.#timer.clear();
    this.arm();
  }

  /** Sets whether the server of the new connection rechecks refused subscriptions. */
  setServerRechecks(rechecks: boolean): void {
    if (this.#serverRechecks && !rechecks) {
      const now = this.#clock.wallNow();
      for (const refusal of this.#refused.values())
        refusal.dueAt = Math.min(refusal.dueAt, now + refusedRetryMs * this.#spread());
    }
    this.#serverRechecks = rechecks;
  }

  /** Whether the server has refused the subscription once. */
  isFirst(subscription: Subscription): boolean {
    return this.#refused.get(subscription)?.count === 1;
  }

  /** The subscription is held now, or no view wants it. */
  forget(subscription: Subscription): void {
    this.#refused.delete(subscription);
  }

  clear(): void {
    this.#refused.clear();
    this.#timer.clear();
  }

  /** Stops the timer while there is no connection; `arm` starts it again. */
  pause(): void {
    this.#timer.clear();
  }

  /** Of these, the refused subscriptions that may be retried at once because there is a sign that they can be read. */
  retryEarly(subscriptions: Iterable<Subscription>): Subscription[] {
    const allowed: Subscription[] = [];
    for (const subscription of subscriptions) {
      const refusal = subscription.phase === "refused" ? this.#refused.get(subscription) : undefined;
      if (!refusal || refusal.earlyRetries >= maxEarlyRetries) continue;
      refusal.earlyRetries += 1;
      allowed.push(subscription);
    }
    return allowed;
  }

  /**
   * Refused subscriptions of these rows and of what is inside them: a user who may read a row again can often read its
   * contents again.
   */
  *affectedBy(entityCode: string, ids: ReadonlySet<string>): Generator<Subscription> {
    const containers = new Set([...ids].map((id) => containerName(entityCode, id)));
    for (const subscription of this.#refused.keys()) {
      if (subscription.container) {
        if (containers.has(subscription.entityId)) yield subscription;
      } else if (subscription.entityCode === entityCode && ids.has(subscription.entityId)) yield subscription;
    }
  }

  arm(): void {
    if (this.#timer.armed || this.#refused.size === 0) return;
    let next = Number.POSITIVE_INFINITY;
    for (const { dueAt } of this.#refused.values()) next = Math.min(next, dueAt);
    this.#timer.set(next - this.#clock.wallNow(), () => this.#retryDue());
  }

  #retryDue(): void {
    const now = this.#clock.wallNow();
    const due: Subscription[] = [];
    for (const [subscription, refusal] of this.#refused) {
      if (refusal.dueAt > now + gatherMs) continue;
      // Applies if this retry gets no answer; another refusal sets it again.
      refusal.dueAt = now + this.#delay(refusal.count);
      refusal.earlyRetries = 0;
      if (subscription.phase === "refused" && subscription.references > 0) due.push(subscription);
    }
    this.arm();
    if (due.length > 0) this.#onDue(due);
  }

  #delay(count: number): number {
    const [base, cap] = this.#serverRechecks
      ? [recheckedRetryMs, recheckedRetryCapMs]
      : [refusedRetryMs, refusedRetryCapMs];
    const ceiling = Math.min(cap, base * 2 ** Math.min(count - 1, 10));
    return Math.floor(ceiling * this.#spread());
  }

  /** Half fixed, half random: many clients may lose the same right in the same second. */
  #spread(): number {
    return 0.5 + this.#random() / 2;
  }
}
