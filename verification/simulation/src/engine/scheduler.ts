import type { Host } from "./host.ts";
import { drainMicrotasks, inRealm } from "./realm.ts";

type Due = {
  readonly at: number;
  readonly order: number;
  readonly host: Host | undefined;
  run: (() => void) | undefined;
};

/** Raised when a schedule does not come to rest: something asks for work again and again without time passing. */
export class RunawayError extends Error {
  override readonly name = "RunawayError";
}

/**
 * The only source of progress: everything that happens is an entry here, and between two entries every promise that can
 * settle has settled. So a run depends on nothing but the entries, and they on nothing but the seed.
 */
export class Scheduler {
  readonly #heap: Due[] = [];
  readonly #maxSteps: number;
  #now = 0;
  #order = 0;
  #steps = 0;
  #current: Host | undefined;
  /** A fingerprint of the order of events, to compare two runs by. */
  fingerprint = 0;

  constructor({ maxSteps }: { maxSteps: number }) {
    this.#maxSteps = maxSteps;
  }

  /** Milliseconds since the beginning. */
  get now(): number {
    return this.#now;
  }

  get steps(): number {
    return this.#steps;
  }

  /** The process whose code runs at this moment. */
  get current(): Host | undefined {
    return this.#current;
  }

  get waiting(): number {
    return this.#heap.length;
  }

  /** Runs `run` in the process after `delayMs`; the result cancels. A host that is dead by then runs nothing. */
  after(delayMs: number, host: Host | undefined, run: () => void): () => void {
    // NaN would make the heap lie about its order.
    const delay = delayMs > 0 ? Math.min(delayMs, 1e9) : 0;
    const due: Due = { at: this.#now + delay, order: this.#order++, host, run };
    this.#push(due);
    return () => {
      due.run = undefined;
    };
  }

  /** Runs code in a process right now, between two entries. */
  within<Result>(host: Host | undefined, work: () => Result): Result {
    const before = this.#current;
    this.#current = host;
    try {
      return inRealm(this, work);
    } finally {
      drainMicrotasks();
      this.#current = before;
    }
  }

  /** What fell due while the process stood still comes now, in its order. */
  thaw(host: Host): void {
    host.frozen = false;
    for (const run of host.backlog.splice(0)) this.after(0, host, run);
  }

  /** Lets time pass. Must be called from a task of its own, where no promise callback is running. */
  advanceTo(end: number): void {
    inRealm(this, () => {
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

  #push(due: Due): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push(due);
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = heap[above] as Due;
      if (!isBefore(due, parent)) break;
      heap[at] = parent;
      at = above;
    }
    heap[at] = due;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (!last || heap.length === 0) return;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1] as Due, heap[child] as Due)) child += 1;
      if (!isBefore(heap[child] as Due, last)) break;
      heap[at] = heap[child] as Due;
      at = child;
    }
    heap[at] = last;
  }
}

const isBefore = (a: Due, b: Due): boolean => a.at < b.at || (a.at === b.at && a.order < b.order);
