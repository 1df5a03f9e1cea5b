import type { Socket } from "node:net";
import type { SeededRandom } from "@heliograph/shared/seeded-random";
import { type Direction, type NetworkFault, passes } from "./network-fault.ts";
import { PushFilter } from "./push-filter.ts";

/** Queued bytes beyond which the source is not read, so that the sender gets backpressure as on a real slow link. */
const HIGH_WATER = 64 * 1024;
const THROTTLE_TICK_MS = 50;

/** A queued chunk; null bytes mark the end of the stream. */
interface Chunk {
  bytes: Buffer | null;
  dueAt: number;
}

/** Forwards one direction of one connection. */
export class Pump {
  readonly #from: Socket;
  readonly #to: Socket;
  readonly #direction: Direction;
  readonly #fault: () => NetworkFault;
  readonly #random: SeededRandom;
  readonly #onBytes: (count: number) => void;
  readonly #filter = new PushFilter();
  readonly #queue: Chunk[] = [];
  #queuedBytes = 0;
  #lastDue = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(parts: {
    from: Socket;
    to: Socket;
    direction: Direction;
    fault: () => NetworkFault;
    random: SeededRandom;
    onBytes: (count: number) => void;
  }) {
    this.#from = parts.from;
    this.#to = parts.to;
    this.#direction = parts.direction;
    this.#fault = parts.fault;
    this.#random = parts.random;
    this.#onBytes = parts.onBytes;
    this.#from.on("data", (bytes: Buffer) => this.#enqueue(bytes));
    this.#from.on("end", () => this.#enqueue(null));
    this.#to.on("drain", () => this.kick());
  }

  /** Call when the fault changed or the destination has drained. */
  kick(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#flush();
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#queue.length = 0;
  }

  #enqueue(bytes: Buffer | null): void {
    const fault = this.#fault();
    const delay = fault.kind === "latency" ? fault.ms + fault.jitterMs * this.#random.next() : 0;
    this.#lastDue = Math.max(this.#lastDue, performance.now() + delay);
    const kept = bytes !== null && fault.kind === "lose-messages" ? this.#filtered(bytes, fault.share) : bytes;
    this.#queue.push({ bytes: kept, dueAt: this.#lastDue });
    this.#queuedBytes += kept?.length ?? 0;
    if (this.#timer === undefined) this.#flush();
    if (this.#queuedBytes > HIGH_WATER || !passes(fault, this.#direction)) this.#from.pause();
  }

  #filtered(bytes: Buffer, share: number): Buffer {
    return this.#direction === "down" ? this.#filter.pass(bytes, () => this.#random.chance(share)) : bytes;
  }

  #flush(): void {
    const fault = this.#fault();
    if (!passes(fault, this.#direction)) return;
    let budget =
      fault.kind === "throttle" && fault.direction === this.#direction
        ? Math.ceil((fault.bytesPerSecond * THROTTLE_TICK_MS) / 1000)
        : Number.POSITIVE_INFINITY;
    for (let chunk = this.#queue[0]; chunk !== undefined; chunk = this.#queue[0]) {
      const wait = chunk.dueAt - performance.now();
      const pauseMs = wait > 0 ? wait : budget > 0 ? 0 : THROTTLE_TICK_MS;
      if (pauseMs > 0) {
        this.#flushLater(pauseMs);
        return;
      }
      if (this.#to.writableNeedDrain) return;
      budget -= this.#send(chunk, budget);
    }
    if (this.#from.isPaused()) this.#from.resume();
  }

  #send(chunk: Chunk, most: number): number {
    if (chunk.bytes === null) {
      this.#queue.shift();
      if (!this.#to.destroyed) this.#to.end();
      return 0;
    }
    const part = chunk.bytes.subarray(0, most);
    if (part.length === chunk.bytes.length) this.#queue.shift();
    else chunk.bytes = chunk.bytes.subarray(part.length);
    this.#queuedBytes -= part.length;
    if (!this.#to.destroyed) this.#to.write(part);
    this.#onBytes(part.length);
    return part.length;
  }

  #flushLater(delayMs: number): void {
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#flush();
    }, delayMs);
  }
}
