import { Emitter } from "@heliograph/shared/emitter";
import { type EntityKey, entityKey } from "@heliograph/shared/entity-key";
import type { EntityStore, OperationStep } from "../store/entity-store.ts";
import type { Glimpse } from "../store/live-entities.ts";
import { inOrder, type Operation } from "../store/operation.ts";
import { rebase } from "./rebase.ts";

export type OutboxPorts = {
  readonly store: EntityStore;
  /** The operation is acknowledged, or was given up; this tab or another did it. */
  readonly onDone: (operation: Operation) => void;
  /** The operation waits for a person. */
  readonly onAttention: (operation: Operation) => void;
};

/**
 * The operations that are not acknowledged, as the store has them, at hand without waiting. Changes are seen here at
 * once and then written; what other tabs write follows.
 */
export class Outbox {
  readonly #ports: OutboxPorts;
  readonly #operations = new Map<string, Operation>();
  readonly #byRow = new Map<EntityKey, readonly Operation[]>();
  /** Own writes under way: until they are through, what the store tells of these is mostly older than what is here. */
  readonly #writing = new Map<string, number>();
  /** What the store told of these meanwhile: the last word, once the own writes are through. */
  readonly #told = new Map<string, Operation | undefined>();
  readonly #changes = new Emitter<readonly EntityKey[]>();
  #sorted: readonly Operation[] | undefined;
  #seq = 0;
  #loading: Promise<void> | undefined;
  #leave: (() => void) | undefined;

  constructor(ports: OutboxPorts) {
    this.#ports = ports;
  }

  /** Reads what is queued, the first time; everything that shows rows has to wait for it. */
  open(): Promise<void> {
    this.#loading ??= this.#load();
    return this.#loading;
  }

  /** Lets go of the store. */
  close(): void {
    this.#leave?.();
    this.#leave = undefined;
    this.#loading = undefined;
  }

  /** In the order in which they were made. */
  all(): readonly Operation[] {
    this.#sorted ??= [...this.#operations.values()].sort(inOrder);
    return this.#sorted;
  }

  get(key: string): Operation | undefined {
    return this.#operations.get(key);
  }

  /** Of one row, in their order. */
  of(row: EntityKey): readonly Operation[] {
    return this.#byRow.get(row) ?? [];
  }

  /** The server cannot know the row yet. */
  unborn(row: EntityKey): boolean {
    return this.of(row).some(({ op }) => op === "create");
  }

  /** Is there a row of this id, of whatever type, that the server cannot know yet? */
  unbornId(id: string): boolean {
    for (const operation of this.#operations.values())
      if (operation.op === "create" && operation.id === id) return true;
    return false;
  }

  /** Ids of the rows of a type that are shown otherwise than the server has them. */
  touched(type: string): readonly string[] {
    const ids = new Set<string>();
    for (const { code, id, state } of this.#operations.values())
      if (code === type && state !== "attention") ids.add(id);
    return [...ids];
  }

  view(row: EntityKey, held: Glimpse): Glimpse {
    const operations = this.of(row);
    if (operations.length === 0) return held;
    return rebase(
      row,
      held,
      operations.filter(({ state }) => state !== "attention"),
    );
  }

  /** Tells the rows whose operations changed. */
  onChange(listener: (rows: readonly EntityKey[]) => void): () => void {
    return this.#changes.on(listener);
  }

  /** The next place in the queue. @param now milliseconds since 1970 */
  nextSeq(now: number): number {
    this.#seq = Math.max(this.#seq + 1, now);
    return this.#seq;
  }

  /**
   * Takes a step of one operation: here at once, then in the store, where it may be taken again on what another tab
   * made of it meanwhile.
   *
   * @returns what is stored then
   */
  async change(key: string, step: OperationStep): Promise<Operation | undefined> {
    this.#take(key, step(this.#operations.get(key)));
    this.#writing.set(key, (this.#writing.get(key) ?? 0) + 1);
    let stored: Operation | undefined;
    try {
      stored = await this.#ports.store.changeOperation(key, step);
    } finally {
      const left = (this.#writing.get(key) ?? 1) - 1;
      if (left > 0) this.#writing.set(key, left);
      else this.#writing.delete(key);
    }
    if (!this.#writing.has(key)) {
      this.#take(key, this.#told.has(key) ? this.#told.get(key) : stored);
      this.#told.delete(key);
    }
    return stored;
  }

  async #load(): Promise<void> {
    this.#leave = this.#ports.store.onOperations((changes) => {
      for (const { key, operation } of changes) {
        if (this.#writing.has(key)) this.#told.set(key, operation);
        else this.#take(key, operation);
      }
    });
    const stored = await this.#ports.store.readOperations().catch(() => []);
    for (const operation of stored) {
      // Told by another tab while this was read: that is newer.
      if (!this.#operations.has(operation.key)) this.#take(operation.key, operation);
    }
  }

  #take(key: string, operation: Operation | undefined): void {
    const before = this.#operations.get(key);
    if (before === operation) return;
    const subject = operation ?? before;
    if (!subject) return;
    if (operation) this.#operations.set(key, operation);
    else this.#operations.delete(key);
    this.#seq = Math.max(this.#seq, subject.seq);
    this.#sorted = undefined;
    const row = entityKey(subject.code, subject.id);
    const others = this.of(row).filter((one) => one.key !== key);
    const now = operation ? [...others, operation].sort(inOrder) : others;
    if (now.length > 0) this.#byRow.set(row, now);
    else this.#byRow.delete(row);
    if (!operation) this.#ports.onDone(subject);
    else if (operation.state === "attention" && before?.state !== "attention") this.#ports.onAttention(operation);
    this.#changes.emit([row]);
  }
}
