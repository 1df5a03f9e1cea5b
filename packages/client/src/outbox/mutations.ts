import type { Clock } from "@heliograph/shared/clock";
import { type EntityKey, entityKey } from "@heliograph/shared/entity-key";
import { canonicalUuid, randomUuid } from "@heliograph/shared/uuid";
import type { EntityDoc } from "../api/register.ts";
import type { EntityData, EntityStore, StoredEntity } from "../store/entity-store.ts";
import type { Glimpse } from "../store/live-entities.ts";
import type { Operation, OperationKind } from "../store/operation.ts";
import type { Outbox } from "./operation-queue.ts";
import type { Confirmations } from "./pending-confirmations.ts";

/** A write that is kept on the device and shown, and is on its way to the server. */
export type Written<Doc = EntityDoc> = {
  readonly id: string;
  /** Names the write, in the outbox and at the server. Edits that were put together share it. */
  readonly key: string;
  /**
   * Settles when the server has acknowledged: with the row, or null when it is removed. Rejects with `ApiError`, for a
   * conflict `ConflictError`. Nobody has to listen. Ends with the tab; the write does not.
   */
  readonly confirmed: Promise<Doc | null>;
};

export type MutationPorts = {
  readonly store: EntityStore;
  readonly outbox: Outbox;
  readonly confirmations: Confirmations;
  /** The row as views show it, if somebody looks at it. */
  readonly peek: (key: EntityKey) => Glimpse;
  /** Who writes: see `Operation.owner`. */
  readonly owner: () => string;
  readonly clock: Clock;
};

type Draft = { readonly code: string; readonly id: string; readonly op: OperationKind; readonly changes: EntityData };

/**
 * Writes of this device. Each is shown at once and resolves when it is kept: from then on it survives a reload and a
 * crash, with or without network. Sending is the flusher's business.
 */
export class Mutations {
  readonly #ports: MutationPorts;
  /** Writes enter the queue in the order of the calls, though some have to look at the store first. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(ports: MutationPorts) {
    this.#ports = ports;
  }

  /** Creates a row; its id is made here unless given, so that the caller can link to it at once. */
  create(code: string, doc: Record<string, unknown>): Promise<Written> {
    const given = typeof doc["id"] === "string" ? (canonicalUuid(doc["id"]) ?? doc["id"]) : randomUuid();
    const { id: _id, ...changes } = doc;
    return this.#write({ code, id: given, op: "create", changes });
  }

  /** Changes columns of a row, on top of what is shown of it now. */
  update(code: string, id: string, changes: Record<string, unknown>): Promise<Written> {
    return this.#write({ code, id: canonicalUuid(id) ?? id, op: "update", changes: { ...changes } });
  }

  /** Deletes a row, whatever others change in it meanwhile. */
  remove(code: string, id: string): Promise<Written> {
    return this.#write({ code, id: canonicalUuid(id) ?? id, op: "remove", changes: {} });
  }

  /** Resolves when the writes asked for up to now are in the queue, or were refused. */
  async entered(): Promise<void> {
    await this.#last;
  }

  async #write(draft: Draft): Promise<Written> {
    const entering = this.#last.then(() => this.#enter(draft));
    this.#last = entering.catch(() => {});
    const { kept, ...written } = await entering;
    await kept;
    return written;
  }

  /** Puts the write into the queue, where it is seen at once. `kept` resolves when it is stored. */
  async #enter(draft: Draft): Promise<Written & { readonly kept: Promise<unknown> }> {
    const { outbox, clock } = this.#ports;
    await outbox.open();
    const joined = await this.#join(draft);
    if (joined) return { ...joined, kept: Promise.resolve() };
    const held = draft.op === "create" ? undefined : await this.#look(entityKey(draft.code, draft.id));
    const now = clock.wallNow();
    const operation: Operation = {
      key: randomUuid(),
      seq: outbox.nextSeq(now),
      owner: this.#ports.owner(),
      ...draft,
      base: held?.data ?? null,
      baseVer: held && !held.gone ? held.ver : 0,
      queuedAt: now,
      attempts: 0,
      state: "queued",
    };
    const { key } = operation;
    // Asked for before it is stored: from then on it may be acknowledged at any moment.
    const confirmed = this.#ports.confirmations.of(key);
    return { id: draft.id, key, confirmed, kept: outbox.change(key, () => operation) };
  }

  /**
   * Puts an edit together with the write before it, if that is of the same row, the latest of all and was never sent.
   * Only the latest: moved in front of others, an edit might refer to a row that does not exist yet.
   *
   * @returns that write, or undefined when the edit has to stand for itself
   */
  async #join(draft: Draft): Promise<Written | undefined> {
    const { outbox, confirmations } = this.#ports;
    const last = outbox.all().at(-1);
    if (!last || last.code !== draft.code || last.id !== draft.id || !joinable(last)) return undefined;
    if (draft.op === "create" || last.op === "remove" || (draft.op === "remove" && last.op !== "create")) {
      return undefined;
    }
    const { key } = last;
    const confirmed = confirmations.of(key);
    let joined = false;
    await outbox.change(key, (held) => {
      joined = held !== undefined && joinable(held);
      if (!held || !joined) return held;
      // Created and removed before anybody heard of it: nothing is left to send.
      if (draft.op === "remove") {
        confirmations.resolve(key, null);
        return undefined;
      }
      return { ...held, changes: { ...held.changes, ...draft.changes } };
    });
    if (!joined) return undefined;
    return { id: draft.id, key, confirmed };
  }

  async #look(key: EntityKey): Promise<StoredEntity | null | undefined> {
    const shown = this.#ports.peek(key);
    if (shown !== undefined) return shown;
    const rows = await this.#ports.store.read([key]).catch(() => undefined);
    return this.#ports.outbox.view(key, rows?.get(key) ?? null);
  }
}

function joinable({ state, attempts }: Operation): boolean {
  return state === "queued" && attempts === 0;
}
