import type { Clock } from "@heliograph/shared/clock";
import { Timer } from "@heliograph/shared/timer";
import { canonicalUuid } from "@heliograph/shared/uuid";
import type { Logger } from "../platform/logger.ts";

/** One row, or with `container` all rows of the type inside that row. */
export type Target = { readonly entityCode: string; readonly id: string; readonly container: boolean };

/**
 * - wanted: to be sent with the next flush
 * - asked: in a SUBSCRIBE that is not answered yet
 * - held: confirmed; every change from now on is signalled
 * - refused: the server said the row is gone (or may not be read); it signals at most that this has changed
 * - failed: the server rejected the request itself; repeating it would change nothing
 */
export type Phase = "wanted" | "asked" | "held" | "refused" | "failed";

export type Entry = Target & {
  references: number;
  /** When the last holder let go; milliseconds since 1970. */
  releasedAt: number | undefined;
  phase: Phase;
};

/**
 * How long a subscription outlives its last holder. Covers a page change that unmounts one view and mounts another of
 * the same rows, and React's double mount in development; short enough that the server does not work for nobody.
 */
export const lingerMs = 5_000;

export function targetKey(target: Target): string {
  return `${target.container ? "in" : "id"}:${target.entityCode}:${target.id}`;
}

/** Targets for ids that an application gave. Ids that are no UUID are left out and logged. */
export function toTargets(entityCode: string, ids: readonly string[], container: boolean, logger: Logger): Target[] {
  const targets: Target[] = [];
  for (const id of new Set(ids)) {
    const canonical = canonicalUuid(id);
    if (canonical) targets.push({ entityCode, id: canonical, container });
    // One bad id would make the server refuse the whole message with all the good ones.
    else logger.warn(`[Sync] cannot subscribe ${entityCode} "${id}": not a UUID; ignoring it`);
  }
  return targets;
}

/** Who wants what: reference counts, and entries that live on for a moment after the last holder let go. */
export class SubscriptionBook {
  readonly #clock: Clock;
  readonly #timer: Timer;
  readonly #entries = new Map<string, Entry>();
  #paused = false;
  readonly #onExpired: (entries: readonly Entry[]) => void;

  constructor(clock: Clock, onExpired: (entries: readonly Entry[]) => void) {
    this.#clock = clock;
    this.#timer = new Timer(clock);
    this.#onExpired = onExpired;
  }

  get size(): number {
    return this.#entries.size;
  }

  entries(): IterableIterator<Entry> {
    return this.#entries.values();
  }

  get(target: Target): Entry | undefined {
    return this.#entries.get(targetKey(target));
  }

  /** Adds one reference to each target. */
  acquire(targets: readonly Target[]): void {
    for (const target of targets) {
      const key = targetKey(target);
      const entry = this.#entries.get(key);
      if (entry) {
        entry.references += 1;
        entry.releasedAt = undefined;
      } else {
        this.#entries.set(key, { ...target, references: 1, releasedAt: undefined, phase: "wanted" });
      }
    }
  }

  /** Takes one reference from each target; those without any expire after the linger. */
  release(targets: readonly Target[]): void {
    for (const target of targets) {
      const entry = this.#entries.get(targetKey(target));
      if (!entry || entry.references === 0) continue;
      entry.references -= 1;
      if (entry.references === 0) entry.releasedAt = this.#clock.wallNow();
    }
    this.#arm();
  }

  /** Stops the timer. Entries stay, so that a later start finds what is wanted. */
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
    for (const { releasedAt } of this.#entries.values()) {
      if (releasedAt !== undefined && (earliest === undefined || releasedAt < earliest)) earliest = releasedAt;
    }
    if (earliest === undefined) return;
    this.#timer.set(earliest + lingerMs - this.#clock.wallNow(), () => this.#sweep());
  }

  #sweep(): void {
    const limit = this.#clock.wallNow() - lingerMs;
    const expired: Entry[] = [];
    for (const [key, entry] of this.#entries) {
      if (entry.releasedAt === undefined || entry.releasedAt > limit) continue;
      this.#entries.delete(key);
      expired.push(entry);
    }
    this.#arm();
    if (expired.length > 0) this.#onExpired(expired);
  }
}
