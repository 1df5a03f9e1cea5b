import { Emitter } from "@heliograph/shared/emitter";
import { type EntityKey, entityKey } from "@heliograph/shared/entity-key";
import type { EntityStore, OperationStep } from "../store/entity-store.ts";
import type { CachedRow } from "../store/live-entities.ts";
import { inOrder, type Operation } from "../store/operation.ts";
import { rebase } from "./rebase.ts";

export interface OperationQueuePorts {
  readonly store: EntityStore;
  /** The operation was acknowledged or discarded, by this tab or another one. */
  readonly onDone: (operation: Operation) => void;
  /** The operation needs a decision of the user. */
  readonly onAttention: (operation: Operation) => void;
}

/**
 * The operations that the server has not acknowledged: an in-memory copy of the store's outbox table that can be read
 * synchronously. Changes of this tab are visible at once and stored afterwards; changes of other tabs follow.
 */
export class OperationQueue {
  readonly #ports: OperationQueuePorts;
  readonly #operations = new Map<string, Operation>();
  readonly #byRow = new Map<EntityKey, readonly Operation[]>();
  /**
   * Number of writes of this tab in progress, by operation key. Until they end, change events of the store for that key
   * are mostly older than the copy here.
   */
  readonly #writing = new Map<string, number>();
  /** The latest change event for each key in `#writing`. It is applied when the writes have ended. */
  readonly #deferred = new Map<string, Operation | undefined>();
  readonly #changes = new Emitter<readonly EntityKey[]>();
  #sorted: readonly Operation[] | undefined;
  #seq = 0;
  #loading: Promise<void> | undefined;
  #leave: (() => void) | undefined;

  constructor(ports: OperationQueuePorts) {
    this.#ports = ports;
  }

  /** Loads the stored operations once. No row may be shown before, because it may have unsent changes. */
  open(): Promise<void> {
    this.#loading ??= this.#load();
    return this.#loading;
  }

  /** Stops following the store. */
  close(): void {
    this.#leave?.();
    this.#leave = undefined;
    this.#loading = undefined;
  }

  /** All operations, oldest first. */
  all(): readonly Operation[] {
    this.#sorted ??= [...this.#operations.values()].sort(inOrder);
    return this.#sorted;
  }

  get(key: string): Operation | undefined {
    return this.#operations.get(key);
  }

  /** The operations of one row, oldest first. */
  of(row: EntityKey): readonly Operation[] {
    return this.#byRow.get(row) ?? [];
  }

  /** True while the create of the row is not acknowledged: the server cannot know the row yet. */
  hasPendingCreate(row: EntityKey): boolean {
    return this.of(row).some(({ op }) => op === "create");
  }

  /** Like `hasPendingCreate`, for a row with this id of any entity type. */
  hasPendingCreateOf(entityId: string): boolean {
    for (const operation of this.#operations.values())
      if (operation.op === "create" && operation.entityId === entityId) return true;
    return false;
  }

  /** Ids of the rows of an entity type that views show with unsent changes. */
  pendingIds(entityCode: string): readonly string[] {
    const ids = new Set<string>();
    for (const operation of this.#operations.values())
      if (operation.entityCode === entityCode && operation.state !== "attention") ids.add(operation.entityId);
    return [...ids];
  }

  /** The stored row with the unsent changes applied, except those that need a decision. */
  view(row: EntityKey, held: CachedRow): CachedRow {
    const operations = this.of(row);
    if (operations.length === 0) return held;
    return rebase(
      row,
      held,
      operations.filter(({ state }) => state !== "attention"),
    );
  }

  /** Calls back with the rows whose operations changed. */
  onChange(listener: (rows: readonly EntityKey[]) => void): () => void {
    return this.#changes.on(listener);
  }

  /** The next place in the queue. @param now milliseconds since 1970 */
  nextSeq(now: number): number {
    this.#seq = Math.max(this.#seq + 1, now);
    return this.#seq;
  }

  /**
   * Applies a step to one operation: to the copy here at once, then to the store, where it may run again on the result of
   * another tab.
   *
   * @returns the stored operation; undefined when it is removed
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
      this.#take(key, this.#deferred.has(key) ? this.#deferred.get(key) : stored);
      this.#deferred.delete(key);
    }
    return stored;
  }

  async #load(): Promise<void> {
    this.#leave = this.#ports.store.onOperations((changes) => {
      for (const { key, operation } of changes) {
        if (this.#writing.has(key)) this.#deferred.set(key, operation);
        else this.#take(key, operation);
      }
    });
    const stored = await this.#ports.store.readOperations().catch(() => []);
    for (const operation of stored) {
      // A change event that arrived during the read is newer.
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
    const row = entityKey(subject.entityCode, subject.entityId);
    const others = this.of(row).filter((one) => one.key !== key);
    const now = operation ? [...others, operation].sort(inOrder) : others;
    if (now.length > 0) this.#byRow.set(row, now);
    else this.#byRow.delete(row);
    if (!operation) this.#ports.onDone(subject);
    else if (operation.state === "attention" && before?.state !== "attention") this.#ports.onAttention(operation);
    this.#changes.emit([row]);
  }
}
