import type { LogChange } from "@heliograph/server-kit";
import type { Clock } from "@heliograph/shared/clock";
import type { Position } from "../delivery/sync-cursor.ts";

/** A piece of the feed: what changed after `after`, up to and with `seq`, coalesced. */
export type Stretch = {
  readonly epoch: string;
  readonly after: number;
  readonly seq: number;
  readonly changes: readonly LogChange[];
};

export type RingOptions = {
  readonly clock: Clock;
  /** Items kept at most; some 300 bytes each. */
  readonly maxItems: number;
  readonly maxAgeMs: number;
};

/** Dropped entries that may stand at the beginning of the list before it is made anew. */
const maxDropped = 1024;

/**
 * The last stretches of the feed, in memory: a pod that goes leaves thousands of sockets behind, and each asks another
 * pod for what it missed in the meantime. Without this every one of them would read the log.
 */
export class Ring {
  readonly #options: RingOptions;
  #stretches: { readonly stretch: Stretch; readonly at: number }[] = [];
  /** Index of the oldest entry that counts. */
  #first = 0;
  #items = 0;
  #end: Position | undefined;

  constructor(options: RingOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#items;
  }

  /** Empty from here on: nothing before this place can be told from memory. */
  restart(at: Position): void {
    this.#stretches = [];
    this.#first = 0;
    this.#items = 0;
    this.#end = at;
  }

  /** The next stretch. One that does not follow on begins a new ring: a hole must never look like a quiet time. */
  push(stretch: Stretch): void {
    if (this.#end?.epoch !== stretch.epoch || this.#end.seq !== stretch.after)
      this.restart({ epoch: stretch.epoch, seq: stretch.after });
    this.#end = { epoch: stretch.epoch, seq: stretch.seq };
    this.#stretches.push({ stretch, at: this.#options.clock.now() });
    this.#items += stretch.changes.length;
    this.#trim();
  }

  /** What changed after this place, oldest first; undefined when that is not known here. */
  since({ epoch, seq }: Position): readonly Stretch[] | undefined {
    if (this.#end?.epoch !== epoch || seq > this.#end.seq) return undefined;
    const begin = this.#stretches[this.#first]?.stretch.after ?? this.#end.seq;
    if (seq < begin) return undefined;
    let from = this.#stretches.length;
    while (from > this.#first && (this.#stretches[from - 1]?.stretch.seq ?? 0) > seq) from -= 1;
    return this.#stretches.slice(from).map(({ stretch }) => stretch);
  }

  #trim(): void {
    const { clock, maxItems, maxAgeMs } = this.#options;
    const oldest = clock.now() - maxAgeMs;
    for (;;) {
      const entry = this.#stretches[this.#first];
      if (!entry || (this.#items <= maxItems && entry.at >= oldest)) break;
      this.#items -= entry.stretch.changes.length;
      this.#first += 1;
    }
    if (this.#first < maxDropped) return;
    this.#stretches = this.#stretches.slice(this.#first);
    this.#first = 0;
  }
}
