import { type FrameCache, goneFrame, maxChangesPerFrame } from "./frame-cache.ts";
import type { Signal } from "./signal.ts";

/** Where frames are written to. */
export interface SignalSink {
  send(text: string): void;
  /** Bytes that were sent but not yet taken by the kernel. */
  readonly bufferedAmount: number;
}

const gone = Symbol("gone");

/** Signals are held back while a socket has more than this in its buffer, bytes. */
export const highWaterMark = 64 * 1024;

/**
 * Signals that wait for one socket, coalesced to the newest per entity: however slowly the client reads, the queue holds
 * each entity once. Stands between the fan-out and the socket's own buffer, which would keep every frame.
 */
export class SignalQueue {
  readonly #queued = new Map<string, Map<string, Signal | typeof gone>>();
  #size = 0;
  #since = 0;

  /** Entities that wait. */
  get size(): number {
    return this.#size;
  }

  /** How long the queue has been waiting, milliseconds. */
  waitedMs(now: number): number {
    return this.#size === 0 ? 0 : now - this.#since;
  }

  /** Adds a signal. An older version never replaces a newer one: a repair from the log delivers them in either order. */
  put(signal: Signal, now: number): void {
    const before = this.#queued.get(signal.entityCode)?.get(signal.entityId);
    if (before !== undefined && before !== gone && before.version > signal.version) return;
    this.#set(signal.entityCode, signal.entityId, signal, now);
  }

  /** Adds a GONE for a row that may no longer be read. */
  putGone(entityCode: string, entityId: string, now: number): void {
    this.#set(entityCode, entityId, gone, now);
  }

  #set(entityCode: string, entityId: string, signal: Signal | typeof gone, now: number): void {
    let signals = this.#queued.get(entityCode);
    if (!signals) {
      signals = new Map();
      this.#queued.set(entityCode, signals);
    }
    if (this.#size === 0) this.#since = now;
    if (!signals.has(entityId)) this.#size += 1;
    signals.set(entityId, signal);
  }

  clear(): void {
    this.#queued.clear();
    this.#size = 0;
  }

  /**
   * Writes INVALIDATE and GONE messages per entity code, as far as the socket's buffer allows.
   *
   * @returns number of changes written
   */
  flush(sink: SignalSink, frames: FrameCache, now: number): number {
    let sent = 0;
    for (const [entityCode, signals] of this.#queued) {
      while (signals.size > 0) {
        if (sink.bufferedAmount > highWaterMark) {
          if (sent > 0) this.#since = now;
          return sent;
        }
        sent += this.#sendPage(sink, frames, entityCode, signals);
      }
      this.#queued.delete(entityCode);
    }
    return sent;
  }

  #sendPage(
    sink: SignalSink,
    frames: FrameCache,
    entityCode: string,
    queued: Map<string, Signal | typeof gone>,
  ): number {
    const signals: Signal[] = [];
    const goneIds: string[] = [];
    for (const [entityId, signal] of queued) {
      if (signal === gone) goneIds.push(entityId);
      else signals.push(signal);
      if (signals.length + goneIds.length === maxChangesPerFrame) break;
    }
    if (signals.length + goneIds.length === queued.size) queued.clear();
    else for (const entityId of [...signals.map((signal) => signal.entityId), ...goneIds]) queued.delete(entityId);
    this.#size -= signals.length + goneIds.length;
    if (signals.length > 0) sink.send(frames.invalidate(signals));
    if (goneIds.length > 0) sink.send(goneFrame(entityCode, goneIds));
    return signals.length;
  }
}
