import type { Clock } from "@heliograph/shared/clock";
import { Emitter } from "@heliograph/shared/emitter";
import type { EntityKey } from "@heliograph/shared/entity-key";
import { patientRequests } from "../api/adaptive-timeout.ts";
import type { ApiClient } from "../api/api-client.ts";
import { ApiError } from "../api/api-error.ts";
import type { EntityDoc } from "../api/register.ts";
import type { Suspicion } from "../api/suspect-network.ts";
import type { Logger } from "../platform/logger.ts";
import type { Refetcher } from "../refetch/refetcher.ts";
import type { EntityData, EntityStore } from "../store/entity-store.ts";
import type { Glimpse } from "../store/live-entities.ts";
import type { Operation } from "../store/operation.ts";
import { errorOf } from "./attention.ts";
import { type Choice, Decisions } from "./attention-resolver.ts";
import { type FlushLock, flushLockFor } from "./flush-lock.ts";
import { Flusher } from "./flusher.ts";
import { Mutations } from "./mutations.ts";
import { Outbox } from "./operation-queue.ts";
import { type AttentionSnapshot, type OutboxSnapshot, OutboxViews, rowOf } from "./outbox-snapshots.ts";
import { patientWrites } from "./patient-writes.ts";
import { Confirmations } from "./pending-confirmations.ts";
import { sendOperation } from "./send-operation.ts";

export type LocalWritesPorts = {
  readonly api: ApiClient;
  readonly store: EntityStore;
  readonly refetcher: Refetcher;
  readonly peek: (key: EntityKey) => Glimpse;
  /** Whose token requests carry now, as `Operation.owner` names people; undefined: nobody is signed in. */
  readonly owner: () => string | undefined;
  readonly online: () => boolean;
  readonly lock: FlushLock | undefined;
  /** The server took a write of this type. */
  readonly onWritten: (type: string) => void;
  /** Unsent changes of these rows came or went. */
  readonly onRows: (rows: readonly EntityKey[]) => void;
  readonly onProgress: () => void;
  readonly suspicion: Suspicion;
  readonly clock: Clock;
  readonly random: () => number;
  readonly logger: Logger;
};

/** Everything between a write and its acknowledgment: the queue, its sending, and what a person has to decide. */
export class LocalWrites {
  readonly outbox: Outbox;
  readonly mutations: Mutations;
  readonly flusher: Flusher;
  readonly #ports: LocalWritesPorts;
  readonly #confirmations = new Confirmations();
  readonly #decisions: Decisions;
  readonly #views: OutboxViews;
  readonly #changes = new Emitter<void>();
  #running = false;

  constructor(ports: LocalWritesPorts) {
    this.#ports = ports;
    const { api, store, refetcher, clock } = ports;
    const sending = patientWrites(api, patientRequests(clock, ports.suspicion));
    this.outbox = new Outbox({
      store,
      onDone: (operation) => this.#done(operation),
      onAttention: (operation) => this.#confirmations.reject(operation.key, errorOf(operation)),
    });
    this.#views = new OutboxViews(() => this.outbox.all());
    this.#decisions = new Decisions(this.outbox);
    this.mutations = new Mutations({
      store,
      outbox: this.outbox,
      confirmations: this.#confirmations,
      peek: ports.peek,
      owner: () => ports.owner() ?? "",
      clock,
    });
    let lock = ports.lock;
    let lockName: string | undefined;
    this.flusher = new Flusher({
      ...ports,
      outbox: this.outbox,
      confirmations: this.#confirmations,
      send: (operation) => sendOperation(operation, { api: sending, store, refetcher }),
      lock: () => {
        // A store that went on in memory shares its queue with nobody any more.
        if (!lock || (!ports.lock && lockName !== store.sharedName)) lock = flushLockFor(store.sharedName, clock);
        lockName = store.sharedName;
        return lock;
      },
    });
    this.outbox.onChange((rows) => {
      this.flusher.kick();
      ports.onRows(rows);
      this.#changes.emit();
    });
  }

  start(): void {
    this.#running = true;
    // Stopped before the queue was read (React's double mount does that): then it stays so.
    void this.outbox.open().then(() => void (this.#running && this.flusher.start()));
  }

  stop(): void {
    this.#running = false;
    this.flusher.stop();
  }

  /** What waits to be sent. The same object until it changes. */
  snapshot(): OutboxSnapshot {
    return this.#views.outbox();
  }

  /** What waits for a person. The same object until it changes. */
  attention(): AttentionSnapshot {
    return this.#views.attention();
  }

  /**
   * How many writes would be lost with this device's data: those that wait to be sent and those that wait for a person.
   * Counts what was asked for a moment ago too, which no snapshot shows yet.
   */
  async unsent(): Promise<number> {
    await this.outbox.open();
    await this.mutations.entered();
    return this.outbox.all().length;
  }

  /** Calls back after the queue or the attention list changed; reads them the first time somebody asks. */
  onChange(listener: () => void): () => void {
    void this.outbox.open();
    return this.#changes.on(listener);
  }

  /** Sends a write of the attention list again; see `Decisions.retry`. */
  readonly retry = (key: string, changes?: EntityData): Promise<void> => this.#decisions.retry(key, changes);

  /** Gives a write of the attention list up, and with it the writes that depend on it. */
  readonly discard = (key: string): Promise<void> => this.#decisions.discard(key);

  /** Settles a conflict column by column. */
  readonly resolve = (key: string, choices: Readonly<Record<string, Choice>>): Promise<void> =>
    this.#decisions.resolve(key, choices);

  /** The server took these rows away from this person. */
  withdrawn(rows: readonly EntityKey[]): Promise<void> {
    return this.#decisions.withdrawn(rows);
  }

  /** Done by this tab or another one. What was acknowledged went through "sending"; the rest was given up. */
  #done(operation: Operation): void {
    const { key, code, state } = operation;
    this.flusher.progressed();
    if (state === "sending") this.#ports.onWritten(code);
    if (!this.#confirmations.has(key)) return;
    if (state === "sending") void this.#confirm(operation);
    else {
      const message = "The write was given up before it was sent.";
      this.#confirmations.reject(key, new ApiError({ status: 0, code: "discarded", message }));
    }
  }

  async #confirm(operation: Operation): Promise<void> {
    const row = rowOf(operation);
    const held = await this.#ports.store.read([row]).catch(() => undefined);
    this.#confirmations.resolve(operation.key, (held?.get(row)?.base ?? null) as EntityDoc | null);
  }
}
