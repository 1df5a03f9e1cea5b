import type { DownMessage } from "@heliograph/protocol";
import { Emitter } from "@heliograph/shared/emitter";
import { type EntityKey, entityKey } from "@heliograph/shared/entity-key";
import type { Frame } from "../connection/connection.ts";
import type { Heliograph } from "../core/client.ts";
import type { StoredEntity } from "../store/entity-store.ts";
import { LagHistogram } from "./lag-histogram.ts";
import { RingBuffer } from "./ring-buffer.ts";

/** Number of frames that are kept. */
export const maxFrames = 500;
/** Number of rows whose history is kept. */
const maxRows = 2_000;

export interface RecordedFrame {
  readonly number: number;
  readonly frame: Frame;
}

/** What happened to one row since recording began. Times are milliseconds since 1970. */
export interface RowHistory {
  signalled?: { readonly at: number; readonly version: number; readonly action: string };
  goneAt?: number;
  applied?: { readonly at: number; readonly version: number; readonly gone: boolean };
}

type Invalidate = Extract<DownMessage, { type: "INVALIDATE" }>;

/**
 * Records one client: its frames, the history of each row, and the lag of changes from commit to screen. Its memory is
 * bounded, and it does not affect the client.
 */
export class Recorder {
  readonly client: Heliograph;
  readonly startedAt: number;
  readonly lag = new LagHistogram();
  readonly #frames = new RingBuffer<RecordedFrame>(maxFrames);
  readonly #rows = new Map<EntityKey, RowHistory>();
  readonly #changes = new Emitter<void>();
  readonly #leave: readonly (() => void)[];
  #number = 0;
  #scheduled = false;

  constructor(client: Heliograph) {
    this.client = client;
    this.startedAt = Date.now();
    this.#leave = [
      client.inspection.onFrame((frame) => this.#take(frame)),
      client.store.onChange((rows) => this.#applied(rows)),
      client.onStatus(() => this.#changed()),
      client.outbox.onChange(() => this.#changed()),
    ];
  }

  stop(): void {
    for (const leave of this.#leave) leave();
  }

  /** Calls back after something was recorded, at most once per animation frame. */
  onChange(listener: () => void): () => void {
    return this.#changes.on(listener);
  }

  frames(): readonly RecordedFrame[] {
    return this.#frames.items();
  }

  clearFrames(): void {
    this.#frames.clear();
    this.#changed();
  }

  history(key: EntityKey): RowHistory | undefined {
    return this.#rows.get(key);
  }

  #take(frame: Frame): void {
    this.#number += 1;
    this.#frames.push({ number: this.#number, frame: withoutToken(frame) });
    if (frame.direction === "down") {
      if (frame.message.type === "INVALIDATE") this.#signalled(frame.message, frame.at);
      if (frame.message.type === "GONE") {
        const { entityCode, entityIds } = frame.message.payload;
        for (const id of entityIds) this.#update(entityKey(entityCode, id), { goneAt: frame.at });
      }
    }
    this.#changed();
  }

  #signalled(message: Invalidate, at: number): void {
    const { entityCode, changes } = message.payload;
    for (const { entityId, action, version } of changes) {
      const key = entityKey(entityCode, entityId);
      const before = this.#rows.get(key);
      this.#update(key, { signalled: { at, version, action } });
      // A tab that is not the leader receives the message when the leader has already fetched the row.
      if (before?.applied?.version === version) this.#measure(version, before.applied.at);
    }
  }

  #applied(rows: readonly StoredEntity[]): void {
    const at = Date.now();
    for (const { id, ver, gone } of rows) {
      const before = this.#rows.get(id);
      this.#update(id, { applied: { at, version: ver, gone } });
      const fresh = before?.applied === undefined || before.applied.version < ver;
      if (fresh && before?.signalled?.version === ver) this.#whenPainted((paintedAt) => this.#measure(ver, paintedAt));
    }
    this.#changed();
  }

  /** A version is the time of the change by the database clock, in microseconds. */
  #measure(version: number, at: number): void {
    this.lag.add(at - version / 1_000);
    this.#changed();
  }

  #whenPainted(callback: (at: number) => void): void {
    if (typeof requestAnimationFrame === "undefined" || document.hidden) callback(Date.now());
    // Views have rendered when the second animation frame begins.
    else requestAnimationFrame(() => requestAnimationFrame(() => callback(Date.now())));
  }

  #update(key: EntityKey, change: RowHistory): void {
    const history = { ...this.#rows.get(key), ...change };
    this.#rows.delete(key); // moved to the end: the first row of the map is the one without changes for longest
    this.#rows.set(key, history);
    if (this.#rows.size <= maxRows) return;
    const [oldest] = this.#rows.keys();
    if (oldest !== undefined) this.#rows.delete(oldest);
  }

  #changed(): void {
    if (this.#scheduled || this.#changes.size === 0) return;
    this.#scheduled = true;
    const go = () => {
      this.#scheduled = false;
      this.#changes.emit();
    };
    if (typeof requestAnimationFrame === "undefined" || document.hidden) setTimeout(go, 100);
    else requestAnimationFrame(go);
  }
}

/** Removes the token: in a screenshot or a bug report it would give access to the account. */
function withoutToken(frame: Frame): Frame {
  if (frame.direction === "down" || frame.message.type !== "AUTH") return frame;
  return { ...frame, message: { ...frame.message, payload: { token: "(not shown)" } } };
}
