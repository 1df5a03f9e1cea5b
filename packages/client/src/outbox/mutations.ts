import type { Clock } from "@heliograph/shared/clock";
import { type EntityKey, entityKey } from "@heliograph/shared/entity-key";
import { randomUuid } from "@heliograph/shared/uuid";
import type { EntityIds } from "../api/entity-ids.ts";
import type { EntityDoc } from "../api/register.ts";
import type { EntityData } from "../store/entity-data.ts";
import type { EntityStore, StoredEntity } from "../store/entity-store.ts";
import type { CachedRow } from "../store/live-entities.ts";
import type { Operation, OperationKind } from "../store/operation.ts";
import type { OperationQueue } from "./operation-queue.ts";
import type { PendingConfirmations } from "./pending-confirmations.ts";

/** A write that is shown, stored on the device and queued for the server. */
export type Written<Doc = EntityDoc> = {
  readonly entityId: string;
  /** Idempotency key of the write, in the outbox and on the server. Edits that were joined share it. */
  readonly key: string;
  /**
   * Resolves when the server has acknowledged the write: with the row, or null after a removal. Rejects with `ApiError`,
   * in a conflict with `ConflictError`. It may be ignored. It does not survive the tab; the write does.
   */
  readonly confirmed: Promise<Doc | null>;
};

export interface MutationPorts {
  readonly store: EntityStore;
  readonly ids: EntityIds;
  readonly queue: OperationQueue;
  readonly confirmations: PendingConfirmations;
  /** The row as views show it; undefined when no view observes it. */
  readonly peek: (key: EntityKey) => CachedRow;
  /** The current user; see `Operation.owner`. */
  readonly owner: () => string;
  readonly clock: Clock;
}

interface Draft {
  readonly entityCode: string;
  readonly entityId: string;
  readonly op: OperationKind;
  readonly changes: EntityData;
}

/**
 * Puts writes into the queue. A write is shown at once, and its promise resolves when it is stored on the device: from
 * then on it survives a reload and a crash, with or without network. The flusher sends it.
 */
export class Mutations {
  readonly #ports: MutationPorts;
  /** The latest write to enter the queue. Writes enter in the order of the calls, although some read the store first. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(ports: MutationPorts) {
    this.#ports = ports;
  }

  /**
   * Creates a row. Its key is generated here unless `doc` contains it, so that the caller can link to the row at once. Only
   * keys of type uuid or text can be generated.
   */
  async create(entityCode: string, doc: Record<string, unknown>): Promise<Written> {
    const { entityId, columns } = this.#ports.ids.ofCreate(entityCode, columnsOf(doc));
    return this.#write({ entityCode, entityId, op: "create", changes: columns });
  }

  /** Changes columns of a row, based on the row that views show now. */
  update(entityCode: string, entityId: string, changes: Record<string, unknown>): Promise<Written> {
    return this.#write({
      entityCode,
      entityId: this.#ports.ids.canonical(entityCode, entityId),
      op: "update",
      changes: columnsOf(changes),
    });
  }

  /** Deletes a row, even if other users change it meanwhile. */
  remove(entityCode: string, entityId: string): Promise<Written> {
    const id = this.#ports.ids.canonical(entityCode, entityId);
    return this.#write({ entityCode, entityId: id, op: "remove", changes: {} });
  }

  /** Resolves when all writes requested so far are in the queue or have failed. */
  async entered(): Promise<void> {
    await this.#last;
  }

  async #write(draft: Draft): Promise<Written> {
    const entering = this.#last.then(() => this.#enter(draft));
    this.#last = entering.catch(() => {});
    const { stored, ...written } = await entering;
    await stored;
    return written;
  }

  /** Puts the write into the queue, where views see it at once. `stored` resolves when it is stored. */
  async #enter(draft: Draft): Promise<Written & { readonly stored: Promise<unknown> }> {
    const { queue, clock } = this.#ports;
    await queue.open();
    const joined = await this.#join(draft);
    if (joined) return { ...joined, stored: Promise.resolve() };
    const held = draft.op === "create" ? undefined : await this.#read(entityKey(draft.entityCode, draft.entityId));
    const now = clock.wallNow();
    const operation: Operation = {
      key: randomUuid(),
      seq: queue.nextSeq(now),
      owner: this.#ports.owner(),
      ...draft,
      base: held?.data ?? null,
      baseVersion: held && !held.gone ? held.ver : 0,
      queuedAt: now,
      attempts: 0,
      state: "queued",
    };
    const { key } = operation;
    // Created before the operation is stored, because afterwards it may be acknowledged at any moment.
    const confirmed = this.#ports.confirmations.of(key);
    return { entityId: draft.entityId, key, confirmed, stored: queue.change(key, () => operation) };
  }

  /**
   * Joins an edit with the latest operation of the queue, if that concerns the same row and was never sent. It joins no
   * earlier operation: moved in front of others, the edit could refer to a row that does not exist yet.
   *
   * @returns the joined write, or undefined when the edit needs an operation of its own
   */
  async #join(draft: Draft): Promise<Written | undefined> {
    const { queue, confirmations } = this.#ports;
    const last = queue.all().at(-1);
    if (!last || last.entityCode !== draft.entityCode || last.entityId !== draft.entityId || !joinable(last))
      return undefined;
    if (draft.op === "create" || last.op === "remove" || (draft.op === "remove" && last.op !== "create")) {
      return undefined;
    }
    const { key } = last;
    const confirmed = confirmations.of(key);
    let joined = false;
    await queue.change(key, (held) => {
      joined = held !== undefined && joinable(held);
      if (!held || !joined) return held;
      // The row was created and removed before it was sent, so nothing is left to send.
      if (draft.op === "remove") {
        confirmations.resolve(key, null);
        return undefined;
      }
      return { ...held, changes: { ...held.changes, ...draft.changes } };
    });
    if (!joined) return undefined;
    return { entityId: draft.entityId, key, confirmed };
  }

  async #read(key: EntityKey): Promise<StoredEntity | null | undefined> {
    const shown = this.#ports.peek(key);
    if (shown !== undefined) return shown;
    const rows = await this.#ports.store.read([key]).catch(() => undefined);
    return this.#ports.queue.view(key, rows?.get(key) ?? null);
  }
}

/** The columns of a document, without the id and version that stand beside them. */
function columnsOf({ $id: _id, $version: _version, ...columns }: Record<string, unknown>): Record<string, unknown> {
  return columns;
}

function joinable({ state, attempts }: Operation): boolean {
  return state === "queued" && attempts === 0;
}
