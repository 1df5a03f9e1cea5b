import type { LogChange } from "@heliograph/server-kit";
import type { Clock } from "@heliograph/shared/clock";
import type { FeedPosition } from "./feed-position.ts";

/** A part of the feed, coalesced: what changed behind `after`, up to and including `seq`. */
export interface FeedSegment {
  readonly epoch: string;
  readonly after: number;
  readonly seq: number;
  readonly changes: readonly LogChange[];
}

export interface ReplayRingOptions {
  readonly clock: Clock;
  /** Most changes kept; some 300 bytes each. */
  readonly maxItems: number;
  readonly maxAgeMs: number;
}

/** Dropped entries that may stand at the beginning of the array before it is copied. */
const maxDropped = 1024;

/**
 * The most recent segments of the feed, in memory. A gateway that stops leaves thousands of sockets behind, and each asks
 * another gateway for what it missed in the meantime; without the ring every one of them would read the log.
 */
export class ReplayRing {
  readonly #options: ReplayRingOptions;
  #segments: { readonly segment: FeedSegment; readonly at: number }[] = [];
  /** Index of the oldest entry that counts. */
  #first = 0;
  #size = 0;
  #end: FeedPosition | undefined;

  constructor(options: ReplayRingOptions) {
    this.#options = options;
  }

  /** Number of changes in the ring. */
  get size(): number {
    return this.#size;
  }

  /** Empties the ring: nothing before this position can be replayed from memory. */
  restart(at: FeedPosition): void {
    this.#segments = [];
    this.#first = 0;
    this.#size = 0;
    this.#end = at;
  }

  /** Adds the next segment. One that does not follow on restarts the ring, because a gap must never look like silence. */
  push(segment: FeedSegment): void {
    if (this.#end?.epoch !== segment.epoch || this.#end.seq !== segment.after)
      this.restart({ epoch: segment.epoch, seq: segment.after });
    this.#end = { epoch: segment.epoch, seq: segment.seq };
    this.#segments.push({ segment, at: this.#options.clock.now() });
    this.#size += segment.changes.length;
    this.#trim();
  }

  /** @returns what changed after this position, oldest first; undefined when the ring does not reach back so far */
  since({ epoch, seq }: FeedPosition): readonly FeedSegment[] | undefined {
    if (this.#end?.epoch !== epoch || seq > this.#end.seq) return undefined;
    const begin = this.#segments[this.#first]?.segment.after ?? this.#end.seq;
    if (seq < begin) return undefined;
    let from = this.#segments.length;
    while (from > this.#first && (this.#segments[from - 1]?.segment.seq ?? 0) > seq) from -= 1;
    return this.#segments.slice(from).map(({ segment }) => segment);
  }

  #trim(): void {
    const { clock, maxItems, maxAgeMs } = this.#options;
    const oldest = clock.now() - maxAgeMs;
    for (;;) {
      const entry = this.#segments[this.#first];
      if (!entry || (this.#size <= maxItems && entry.at >= oldest)) break;
      this.#size -= entry.segment.changes.length;
      this.#first += 1;
    }
    if (this.#first < maxDropped) return;
    this.#segments = this.#segments.slice(this.#first);
    this.#first = 0;
  }
}
