import type { DownMessage } from "@heliograph/protocol";
import { Emitter } from "@heliograph/shared/emitter";
import { type EntityKey, entityKey } from "@heliograph/shared/entity-key";
import type { Frame } from "../connection/connection.ts";
import type { Heliograph } from "../core/client.ts";
import type { StoredEntity } from "../store/entity-store.ts";
import { LagHistogram } from "./lag-histogram.ts";
import { RingBuffer } from "./ring-buffer.ts";

/** Frames that are kept. */
export const maxFrames = 500;
/** Rows whose story is kept. */
const maxRows = 2_000;

export type Numbered = { readonly number: number; readonly frame: Frame };

/** What happened to one row since the recording began; times in milliseconds since 1970. */
export type RowStory = {
  signalled?: { readonly at: number; readonly version: number; readonly action: string };
  goneAt?: number;
  applied?: { readonly at: number; readonly version: number; readonly gone: boolean };
};

type Invalidate = Extract<DownMessage, { type: "INVALIDATE" }>;

/**
 * Watches one client: its frames, what became of each row, and how long changes took from their commit to this screen.
 * Bounded in everything, and without any effect on what it watches.
 */
export class Recorder {
  readonly client: Heliograph;
  readonly startedAt: number;
  readonly lag = new LagHistogram();
  readonly #frames = new RingBuffer<Numbered>(maxFrames);
  readonly #rows = new Map<EntityKey, RowStory>();
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

  /** Calls back after anything changed, at most once per frame of the screen. */
  onChange(listener: () => void): () => void {
    return this.#changes.on(listener);
  }

  frames(): readonly Numbered[] {
    return this.#frames.items();
  }

  clearFrames(): void {
    this.#frames.clear();
    this.#changed();
  }

  story(key: EntityKey): RowStory | undefined {
    return this.#rows.get(key);
  }

  #take(frame: Frame): void {
    this.#number += 1;
    this.#frames.push({ number: this.#number, frame: withoutSecrets(frame) });
    if (frame.direction === "down") {
      if (frame.message.type === "INVALIDATE") this.#signalled(frame.message, frame.at);
      if (frame.message.type === "GONE") {
        const { entityCode, entityIds } = frame.message.payload;
        for (const id of entityIds) this.#tell(entityKey(entityCode, id), { goneAt: frame.at });
      }
    }
    this.#changed();
  }

  #signalled(message: Invalidate, at: number): void {
    const { entityCode, changes } = message.payload;
    for (const { entityId, action, version } of changes) {
      const key = entityKey(entityCode, entityId);
      const before = this.#rows.get(key);
      this.#tell(key, { signalled: { at, version, action } });
      // A tab that follows is told when the leading one has read the row already.
      if (before?.applied?.version === version) this.#measure(version, before.applied.at);
    }
  }

  #applied(rows: readonly StoredEntity[]): void {
    const at = Date.now();
    for (const { id, ver, gone } of rows) {
      const before = this.#rows.get(id);
      this.#tell(id, { applied: { at, version: ver, gone } });
      const fresh = before?.applied === undefined || before.applied.version < ver;
      if (fresh && before?.signalled?.version === ver) this.#whenPainted((paintedAt) => this.#measure(ver, paintedAt));
    }
    this.#changed();
  }

  /** Versions are the database's clock in microseconds at the moment of the change. */
  #measure(version: number, at: number): void {
    this.lag.add(at - version / 1_000);
    this.#changed();
  }

  #whenPainted(callback: (at: number) => void): void {
    if (typeof requestAnimationFrame === "undefined" || document.hidden) callback(Date.now());
    // Views render before the second frame begins.
    else requestAnimationFrame(() => requestAnimationFrame(() => callback(Date.now())));
  }

  #tell(key: EntityKey, news: RowStory): void {
    const story = { ...this.#rows.get(key), ...news };
    this.#rows.delete(key); // put last: the first of the map is the one not heard of for longest
    this.#rows.set(key, story);
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

/** A token in a screenshot or a bug report would be a key to the account. */
function withoutSecrets(frame: Frame): Frame {
  if (frame.direction === "down" || frame.message.type !== "AUTH") return frame;
  return { ...frame, message: { ...frame.message, payload: { token: "(not shown)" } } };
}
