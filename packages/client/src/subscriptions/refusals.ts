import type { Clock } from "@heliograph/shared/clock";
import { Timer } from "@heliograph/shared/timer";
import type { Entry } from "./subscription-book.ts";

/** A refused target that is still wanted is asked for again after this time, and after twice that each time it fails. */
export const refusedRetryMs = 5_000;
/** Longest pause: rights that return without any signal are noticed within a minute. */
export const refusedRetryCapMs = 60_000;
/** The same where the server watches what it refused: asked for only in case that it forgot, which it should not. */
export const watchedRetryMs = 60_000;
export const watchedRetryCapMs = 300_000;
/** What falls due within this time of each other travels together. */
const togetherMs = 1_000;
/**
 * Signs of life that are followed at once between two regular tries. A list that keeps showing a row which the
 * subscription keeps refusing would otherwise ask, remove and list it again without end.
 */
const maxHastened = 3;

type Refusal = { count: number; dueAt: number; hastened: number };

/**
 * When to ask again for what the server refused. A server that watches it tells when it can be read. An older one signals
 * nothing for a refused target, so that a grant would stay unnoticed until the next connection.
 */
export class Refusals {
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #timer: Timer;
  readonly #refused = new Map<Entry, Refusal>();
  readonly #onDue: (entries: readonly Entry[]) => void;
  #watched = false;

  constructor(clock: Clock, random: () => number, onDue: (entries: readonly Entry[]) => void) {
    this.#clock = clock;
    this.#random = random;
    this.#timer = new Timer(clock);
    this.#onDue = onDue;
  }

  /** Marks the entry as refused, once more if it was before. */
  add(entry: Entry): void {
    entry.phase = "refused";
    const refusal = this.#refused.get(entry) ?? { count: 0, dueAt: 0, hastened: 0 };
    refusal.count += 1;
    refusal.dueAt = this.#clock.wallNow() + this.#pause(refusal.count);
    this.#refused.set(entry, refusal);
    this.#timer.clear();
    this.arm();
  }

  /** A connection to another server: whether that one watches what it refuses. */
  setWatched(watched: boolean): void {
    if (this.#watched && !watched) {
      const now = this.#clock.wallNow();
      for (const refusal of this.#refused.values())
        refusal.dueAt = Math.min(refusal.dueAt, now + refusedRetryMs * this.#spread());
    }
    this.#watched = watched;
  }

  isFirst(entry: Entry): boolean {
    return this.#refused.get(entry)?.count === 1;
  }

  /** It is held now, or nobody wants it any more. */
  forget(entry: Entry): void {
    this.#refused.delete(entry);
  }

  clear(): void {
    this.#refused.clear();
    this.#timer.clear();
  }

  /** No connection to ask on; `arm` goes on. */
  pause(): void {
    this.#timer.clear();
  }

  /** Of these, what may be asked for at once because there is a sign that it can be had. */
  hasten(entries: Iterable<Entry>): Entry[] {
    const allowed: Entry[] = [];
    for (const entry of entries) {
      const refusal = entry.phase === "refused" ? this.#refused.get(entry) : undefined;
      if (!refusal || refusal.hastened >= maxHastened) continue;
      refusal.hastened += 1;
      allowed.push(entry);
    }
    return allowed;
  }

  /** The row itself, and what is inside it: who may read a row again may often read its contents again. */
  *named(entityCode: string, ids: ReadonlySet<string>): Generator<Entry> {
    for (const entry of this.#refused.keys()) {
      if (ids.has(entry.id) && (entry.container || entry.entityCode === entityCode)) yield entry;
    }
  }

  arm(): void {
    if (this.#timer.armed || this.#refused.size === 0) return;
    let next = Number.POSITIVE_INFINITY;
    for (const { dueAt } of this.#refused.values()) next = Math.min(next, dueAt);
    this.#timer.set(next - this.#clock.wallNow(), () => this.#fire());
  }

  #fire(): void {
    const now = this.#clock.wallNow();
    const due: Entry[] = [];
    for (const [entry, refusal] of this.#refused) {
      if (refusal.dueAt > now + togetherMs) continue;
      // Stands if this try comes to nothing; a refusal sets it anew.
      refusal.dueAt = now + this.#pause(refusal.count);
      refusal.hastened = 0;
      if (entry.phase === "refused" && entry.references > 0) due.push(entry);
    }
    this.arm();
    if (due.length > 0) this.#onDue(due);
  }

  #pause(count: number): number {
    const [base, cap] = this.#watched ? [watchedRetryMs, watchedRetryCapMs] : [refusedRetryMs, refusedRetryCapMs];
    const ceiling = Math.min(cap, base * 2 ** Math.min(count - 1, 10));
    return Math.floor(ceiling * this.#spread());
  }

  /** Half fixed, half spread: many clients may lose the same right in the same second. */
  #spread(): number {
    return 0.5 + this.#random() / 2;
  }
}
