import { type FrameCache, goneFrame, maxChangesPerFrame } from "./frame-cache.ts";
import type { Change } from "./signal.ts";

/** Where frames go. */
export type OutboxPort = {
  send(text: string): void;
  /** Bytes that were sent but not yet taken by the kernel. */
  readonly bufferedAmount: number;
};

const gone = Symbol("gone");

/** Nothing is written while a socket has more than this in its buffer, bytes. */
export const bufferMark = 64 * 1024;

/**
 * Signals that wait for one socket, coalesced to the newest per entity: however slowly the client reads, this holds each
 * entity once. Stands between the fan-out and the socket's own buffer, which would keep every frame.
 */
export class Outbox {
  readonly #waiting = new Map<string, Map<string, Change | typeof gone>>();
  #size = 0;
  #since = 0;

  /** Entities that wait. */
  get size(): number {
    return this.#size;
  }

  /** For how long something has been waiting, milliseconds. */
  waitedMs(now: number): number {
    return this.#size === 0 ? 0 : now - this.#since;
  }

  /** An older version never replaces a newer one: after a repair from the log they can come in either order. */
  put(change: Change, now: number): void {
    const before = this.#waiting.get(change.code)?.get(change.id);
    if (before !== undefined && before !== gone && before.version > change.version) return;
    this.#set(change.code, change.id, change, now);
  }

  putGone(code: string, id: string, now: number): void {
    this.#set(code, id, gone, now);
  }

  #set(code: string, id: string, signal: Change | typeof gone, now: number): void {
    let ofCode = this.#waiting.get(code);
    if (!ofCode) {
      ofCode = new Map();
      this.#waiting.set(code, ofCode);
    }
    if (this.#size === 0) this.#since = now;
    if (!ofCode.has(id)) this.#size += 1;
    ofCode.set(id, signal);
  }

  clear(): void {
    this.#waiting.clear();
    this.#size = 0;
  }

  /** Writes one INVALIDATE and one GONE per entity code, as far as the socket's buffer allows. Returns changes sent. */
  flush(port: OutboxPort, frames: FrameCache, now: number): number {
    let sent = 0;
    for (const [code, signals] of this.#waiting) {
      while (signals.size > 0) {
        if (port.bufferedAmount > bufferMark) {
          if (sent > 0) this.#since = now;
          return sent;
        }
        sent += this.#sendSome(port, frames, code, signals);
      }
      this.#waiting.delete(code);
    }
    return sent;
  }

  #sendSome(port: OutboxPort, frames: FrameCache, code: string, signals: Map<string, Change | typeof gone>): number {
    const changes: Change[] = [];
    const lost: string[] = [];
    for (const [id, signal] of signals) {
      if (signal === gone) lost.push(id);
      else changes.push(signal);
      if (changes.length + lost.length === maxChangesPerFrame) break;
    }
    if (changes.length + lost.length === signals.size) signals.clear();
    else for (const id of [...changes.map((change) => change.id), ...lost]) signals.delete(id);
    this.#size -= changes.length + lost.length;
    if (changes.length > 0) port.send(frames.invalidate(changes));
    if (lost.length > 0) port.send(goneFrame(code, lost));
    return changes.length;
  }
}
