import type { Socket } from "node:net";
import type { SeededRandom } from "@heliograph/shared/seeded-random";
import { PushFilter } from "./push-filter.ts";
import { type Direction, passes, type Trouble } from "./trouble.ts";

/** Waiting bytes beyond which the sender is not read any more: it feels a slow link as it would a real one. */
const HIGH_WATER = 64 * 1024;
const THROTTLE_TICK_MS = 50;

/** A piece on its way; null is the end of the stream. */
interface Piece {
  bytes: Buffer | null;
  dueAt: number;
}

/** Carries one direction of one connection. */
export class Pump {
  readonly #from: Socket;
  readonly #to: Socket;
  readonly #direction: Direction;
  readonly #trouble: () => Trouble;
  readonly #random: SeededRandom;
  readonly #onBytes: (count: number) => void;
  readonly #filter = new PushFilter();
  readonly #queue: Piece[] = [];
  #waiting = 0;
  #lastDue = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(parts: {
    from: Socket;
    to: Socket;
    direction: Direction;
    trouble: () => Trouble;
    random: SeededRandom;
    onBytes: (count: number) => void;
  }) {
    this.#from = parts.from;
    this.#to = parts.to;
    this.#direction = parts.direction;
    this.#trouble = parts.trouble;
    this.#random = parts.random;
    this.#onBytes = parts.onBytes;
    this.#from.on("data", (bytes: Buffer) => this.#take(bytes));
    this.#from.on("end", () => this.#take(null));
    this.#to.on("drain", () => this.kick());
  }

  /** The trouble changed, or there may be room again. */
  kick(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#flush();
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#queue.length = 0;
  }

  #take(bytes: Buffer | null): void {
    const trouble = this.#trouble();
    const delay = trouble.kind === "latency" ? trouble.ms + trouble.jitterMs * this.#random.next() : 0;
    this.#lastDue = Math.max(this.#lastDue, performance.now() + delay);
    const kept = bytes !== null && trouble.kind === "lose-messages" ? this.#filtered(bytes, trouble.share) : bytes;
    this.#queue.push({ bytes: kept, dueAt: this.#lastDue });
    this.#waiting += kept?.length ?? 0;
    if (this.#timer === undefined) this.#flush();
    if (this.#waiting > HIGH_WATER || !passes(trouble, this.#direction)) this.#from.pause();
  }

  #filtered(bytes: Buffer, share: number): Buffer {
    return this.#direction === "down" ? this.#filter.pass(bytes, () => this.#random.chance(share)) : bytes;
  }

  #flush(): void {
    const trouble = this.#trouble();
    if (!passes(trouble, this.#direction)) return;
    let budget =
      trouble.kind === "throttle" && trouble.direction === this.#direction
        ? Math.ceil((trouble.bytesPerSecond * THROTTLE_TICK_MS) / 1000)
        : Number.POSITIVE_INFINITY;
    for (let piece = this.#queue[0]; piece !== undefined; piece = this.#queue[0]) {
      const wait = piece.dueAt - performance.now();
      const pauseMs = wait > 0 ? wait : budget > 0 ? 0 : THROTTLE_TICK_MS;
      if (pauseMs > 0) {
        this.#again(pauseMs);
        return;
      }
      if (this.#to.writableNeedDrain) return;
      budget -= this.#send(piece, budget);
    }
    if (this.#from.isPaused()) this.#from.resume();
  }

  #send(piece: Piece, most: number): number {
    if (piece.bytes === null) {
      this.#queue.shift();
      if (!this.#to.destroyed) this.#to.end();
      return 0;
    }
    const part = piece.bytes.subarray(0, most);
    if (part.length === piece.bytes.length) this.#queue.shift();
    else piece.bytes = piece.bytes.subarray(part.length);
    this.#waiting -= part.length;
    if (!this.#to.destroyed) this.#to.write(part);
    this.#onBytes(part.length);
    return part.length;
  }

  #again(delayMs: number): void {
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#flush();
    }, delayMs);
  }
}
