import type { Host } from "./host.ts";
import { drainMicrotasks, withSimulatedGlobals } from "./simulated-globals.ts";

type Entry = {
  readonly at: number;
  readonly order: number;
  readonly host: Host | undefined;
  run: (() => void) | undefined;
};

/** Thrown when a schedule exceeds its steps: some code schedules work again and again. */
export class RunawayError extends Error {
  override readonly name = "RunawayError";
}

/**
 * The only source of progress: every event is an entry here, and all pending promise callbacks run between two entries. A run
 * therefore depends only on the entries, and the entries only on the seed.
 */
export class Scheduler {
  readonly #heap: Entry[] = [];
  readonly #maxSteps: number;
  #now = 0;
  #order = 0;
  #steps = 0;
  #current: Host | undefined;
  /** Fingerprint of the order of events, to compare two runs. */
  fingerprint = 0;

  constructor({ maxSteps }: { maxSteps: number }) {
    this.#maxSteps = maxSteps;
  }

  /** Milliseconds since the start of the simulation. */
  get now(): number {
    return this.#now;
  }

  get steps(): number {
    return this.#steps;
  }

  /** The process whose code is running. */
  get current(): Host | undefined {
    return this.#current;
  }

  get waiting(): number {
    return this.#heap.length;
  }

  /** Runs `run` in the process after `delayMs`, unless the process is dead by then. Returns a function that cancels. */
  after(delayMs: number, host: Host | undefined, run: () => void): () => void {
    // NaN would break the order of the heap.
    const delay = delayMs > 0 ? Math.min(delayMs, 1e9) : 0;
    const entry: Entry = { at: this.#now + delay, order: this.#order++, host, run };
    this.#push(entry);
    return () => {
      entry.run = undefined;
    };
  }

  /** Runs code in a process immediately, between two entries. */
  within<Result>(host: Host | undefined, work: () => Result): Result {
    const before = this.#current;
    this.#current = host;
    try {
      return withSimulatedGlobals(this, work);
    } finally {
      drainMicrotasks();
      this.#current = before;
    }
  }

  /** Unfreezes a process and runs what became due in the meantime, in order. */
  thaw(host: Host): void {
    host.frozen = false;
    for (const run of host.backlog.splice(0)) this.after(0, host, run);
  }

  /** Advances the time to `end`. Must be called from its own task, while no promise callback is running. */
  advanceTo(end: number): void {
    withSimulatedGlobals(this, () => {
      for (;;) {
        const next = this.#heap[0];
        if (!next || next.at > end) break;
        this.#pop();
        const { run, host } = next;
        if (!run || host?.alive === false) continue;
        this.#now = next.at;
        if (host?.frozen) {
          host.backlog.push(() => next.run?.());
          continue;
        }
        this.#steps += 1;
        if (this.#steps > this.#maxSteps) throw new RunawayError(`more than ${this.#maxSteps} steps`);
        this.fingerprint = (Math.imul(this.fingerprint ^ next.order, 0x01000193) + Math.round(next.at * 1000)) | 0;
        this.#current = host;
        next.run = undefined;
        run();
        drainMicrotasks();
        this.#current = undefined;
      }
      this.#now = Math.max(this.#now, end);
    });
  }

  #push(entry: Entry): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push(entry);
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = heap[above] as Entry;
      if (!isBefore(entry, parent)) break;
      heap[at] = parent;
      at = above;
    }
    heap[at] = entry;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (!last || heap.length === 0) return;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1] as Entry, heap[child] as Entry)) child += 1;
      if (!isBefore(heap[child] as Entry, last)) break;
      heap[at] = heap[child] as Entry;
      at = child;
    }
    heap[at] = last;
  }
}

const isBefore = (a: Entry, b: Entry): boolean => a.at < b.at || (a.at === b.at && a.order < b.order);
