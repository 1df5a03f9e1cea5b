import type { Clock } from "@heliograph/shared/clock";
import { Emitter } from "@heliograph/shared/emitter";
import { type EntityKey, entityKey } from "@heliograph/shared/entity-key";
import { AdaptiveTimeout } from "../api/adaptive-timeout.ts";
import type { ApiClient } from "../api/api-client.ts";
import { ApiError } from "../api/api-error.ts";
import type { EntityIds } from "../api/entity-ids.ts";
import type { EntityDoc } from "../api/register.ts";
import type { SuspectNetwork } from "../api/suspect-network.ts";
import type { Logger } from "../platform/logger.ts";
import type { Refetcher } from "../refetch/refetcher.ts";
import type { EntityData } from "../store/entity-data.ts";
import type { EntityStore } from "../store/entity-store.ts";
import type { CachedRow } from "../store/live-entities.ts";
import type { Operation } from "../store/operation.ts";
import { errorOf } from "./attention.ts";
import { AttentionResolver, type ConflictChoice } from "./attention-resolver.ts";
import { type FlushLock, flushLockFor } from "./flush-lock.ts";
import { Flusher } from "./flusher.ts";
import { Mutations } from "./mutations.ts";
import { OperationQueue } from "./operation-queue.ts";
import { type AttentionSnapshot, type OutboxSnapshot, OutboxSnapshots } from "./outbox-snapshots.ts";
import { PendingConfirmations } from "./pending-confirmations.ts";
import { sendOperation, withAdaptiveTimeout } from "./send-operation.ts";

export interface OutboxPorts {
  readonly api: ApiClient;
  readonly ids: EntityIds;
  readonly store: EntityStore;
  readonly refetcher: Refetcher;
  readonly peek: (key: EntityKey) => CachedRow;
  /** The user whose token requests carry now, as `Operation.owner` names users; undefined while signed out. */
  readonly owner: () => string | undefined;
  readonly online: () => boolean;
  readonly lock: FlushLock | undefined;
  /** The server acknowledged a write of this entity type. */
  readonly onWritten: (entityCode: string) => void;
  /** Unsent changes of these rows were added or removed. */
  readonly onRows: (rows: readonly EntityKey[]) => void;
  readonly onProgress: () => void;
  readonly suspectNetwork: SuspectNetwork;
  readonly clock: Clock;
  readonly random: () => number;
  readonly logger: Logger;
}

/** All writes of this device from the call to the acknowledgment: the queue, sending it, and the attention list. */
export class Outbox {
  readonly queue: OperationQueue;
  readonly mutations: Mutations;
  readonly flusher: Flusher;
  readonly #ports: OutboxPorts;
  readonly #confirmations = new PendingConfirmations();
  readonly #resolver: AttentionResolver;
  readonly #snapshots: OutboxSnapshots;
  readonly #changes = new Emitter<void>();
  #running = false;

  constructor(ports: OutboxPorts) {
    this.#ports = ports;
    const { api, store, refetcher, clock } = ports;
    const writeApi = withAdaptiveTimeout(api, new AdaptiveTimeout(clock, ports.suspectNetwork));
    this.queue = new OperationQueue({
      store,
      onDone: (operation) => this.#done(operation),
      onAttention: (operation) => this.#confirmations.reject(operation.key, errorOf(operation)),
    });
    this.#snapshots = new OutboxSnapshots(() => this.queue.all());
    this.#resolver = new AttentionResolver(this.queue, ports.ids);
    this.mutations = new Mutations({
      store,
      ids: ports.ids,
      queue: this.queue,
      confirmations: this.#confirmations,
      peek: ports.peek,
      owner: () => ports.owner() ?? "",
      clock,
    });
    let lock = ports.lock;
    let lockName: string | undefined;
    this.flusher = new Flusher({
      ...ports,
      queue: this.queue,
      confirmations: this.#confirmations,
      send: (operation) => sendOperation(operation, { api: writeApi, store, refetcher }),
      lock: () => {
        // A store that failed over to memory no longer shares its queue with other tabs.
        if (!lock || (!ports.lock && lockName !== store.sharedName)) lock = flushLockFor(store.sharedName, clock);
        lockName = store.sharedName;
        return lock;
      },
    });
    this.queue.onChange((rows) => {
      this.flusher.flush();
      ports.onRows(rows);
      this.#changes.emit();
    });
  }

  start(): void {
    this.#running = true;
    // React's double mount stops the client before the queue is loaded; then the flusher must not start.
    void this.queue.open().then(() => void (this.#running && this.flusher.start()));
  }

  stop(): void {
    this.#running = false;
    this.flusher.stop();
  }

  /** Writes that wait to be sent. The same object until it changes. */
  snapshot(): OutboxSnapshot {
    return this.#snapshots.outbox();
  }

  /** Writes that need a decision of the user. The same object until it changes. */
  attention(): AttentionSnapshot {
    return this.#snapshots.attention();
  }

  /**
   * Number of writes that would be lost with this device's data: those that wait to be sent and those in the attention
   * list. It includes writes that were requested a moment ago, which no snapshot shows yet.
   */
  async unsent(): Promise<number> {
    await this.queue.open();
    await this.mutations.entered();
    return this.queue.all().length;
  }

  /** Calls back after the queue or the attention list changed. The first call loads the queue. */
  onChange(listener: () => void): () => void {
    void this.queue.open();
    return this.#changes.on(listener);
  }

  /** Sends a write of the attention list again; see `AttentionResolver.retry`. */
  readonly retry = (key: string, changes?: EntityData): Promise<void> => this.#resolver.retry(key, changes);

  /** Discards a write and the writes that depend on it; see `AttentionResolver.discard`. */
  readonly discard = (key: string): Promise<void> => this.#resolver.discard(key);

  /** Resolves a conflict column by column; see `AttentionResolver.resolve`. */
  readonly resolve = (key: string, choices: Readonly<Record<string, ConflictChoice>>): Promise<void> =>
    this.#resolver.resolve(key, choices);

  /** The server took these rows away from the user; see `AttentionResolver.revoked`. */
  revoked(rows: readonly EntityKey[]): Promise<void> {
    return this.#resolver.revoked(rows);
  }

  /** An acknowledged operation was in state "sending" before; in any other state it was discarded. */
  #done(operation: Operation): void {
    const { key, entityCode, state } = operation;
    this.flusher.progressed();
    if (state === "sending") this.#ports.onWritten(entityCode);
    if (!this.#confirmations.has(key)) return;
    if (state === "sending") void this.#confirm(operation);
    else {
      const message = "The write was discarded before it was sent.";
      this.#confirmations.reject(key, new ApiError({ status: 0, code: "discarded", message }));
    }
  }

  async #confirm({ key, entityCode, entityId }: Operation): Promise<void> {
    const row = entityKey(entityCode, entityId);
    const held = await this.#ports.store.read([row]).catch(() => undefined);
    this.#confirmations.resolve(key, (held?.get(row)?.base ?? null) as EntityDoc | null);
  }
}
