import type { EntityIds } from "../api/entity-ids.ts";
import type { EntityData } from "../store/entity-data.ts";
import type { Operation } from "../store/operation.ts";
import { dependantsOf } from "./operation-dependencies.ts";
import type { OperationQueue } from "./operation-queue.ts";

/** Which value a column in conflict gets: the user's own, the one on the server, or a third one. */
export type ConflictChoice = "mine" | "theirs" | { readonly value: unknown };

/** Fields that the server sets. A create must not contain them. */
const serverFields: ReadonlySet<string> = new Set(["$id", "$version", "created_ts", "updated_ts"]);

/**
 * Applies the user's decisions about writes in the attention list. Keys that are not in the list are ignored: another tab
 * may have resolved them first.
 */
export class AttentionResolver {
  readonly #queue: OperationQueue;
  readonly #ids: EntityIds;

  constructor(queue: OperationQueue, ids: EntityIds) {
    this.#queue = queue;
    this.#ids = ids;
  }

  /**
   * Sends the write again at its old place in the queue. In a conflict the user's values win; a row that is gone is
   * created again as the user saw it.
   *
   * @param changes columns to set differently than before
   */
  async retry(key: string, changes: EntityData = {}): Promise<void> {
    await this.#resolve(key, (held) => {
      const { kind, theirs } = held.attention ?? {};
      const wanted = { ...held.changes, ...changes };
      if (kind === "gone") {
        const key = this.#ids.columnsOf(held.entityCode, held.entityId);
        return { ...requeued(held), op: "create", changes: { ...creatable(held.base), ...wanted, ...key } };
      }
      if (kind === "conflict" && theirs) return { ...requeued(held), changes: wanted, ...basedOn(theirs) };
      return { ...requeued(held), changes: wanted };
    });
  }

  /** Discards the write. Discarding a create also discards the writes of that row and of rows that refer to it. */
  async discard(key: string): Promise<void> {
    const operation = this.#queue.get(key);
    if (!operation) return;
    const dependants = dependantsOf(operation, this.#queue.all());
    // Newest first, so that a crash halfway leaves no operation that refers to a discarded row.
    for (const { key: other } of dependants.toReversed()) await this.#queue.change(other, () => undefined);
    await this.#queue.change(key, () => undefined);
  }

  /**
   * Resolves a conflict column by column.
   *
   * @param choices by column; columns without a choice keep the user's value
   */
  async resolve(key: string, choices: Readonly<Record<string, ConflictChoice>>): Promise<void> {
    await this.#resolve(key, (held) => {
      const theirs = held.attention?.theirs;
      if (!theirs) return held;
      const changes: Record<string, unknown> = { ...held.changes };
      for (const [column, choice] of Object.entries(choices)) {
        if (choice === "theirs") delete changes[column];
        else if (choice !== "mine") changes[column] = choice.value;
      }
      if (Object.keys(changes).length === 0) return undefined;
      return { ...requeued(held), changes, ...basedOn(theirs) };
    });
  }

  /**
   * Forgets the server's content of rows that the server took away. The user may no longer read it, so it must not stay
   * in the queue; the user's own changes stay.
   */
  async revoked(rows: readonly string[]): Promise<void> {
    for (const row of rows) {
      for (const { key, base } of this.#queue.of(row)) {
        if (base) await this.#queue.change(key, (held) => held && { ...held, base: null });
      }
    }
  }

  async #resolve(key: string, decide: (held: Operation) => Operation | undefined): Promise<void> {
    await this.#queue.change(key, (held) => (held?.state === "attention" ? decide(held) : held));
  }
}

/** The user has seen the row on the server and decides on top of it. */
function basedOn(theirs: EntityData): Pick<Operation, "base" | "baseVersion"> {
  return { base: theirs, baseVersion: Number(theirs["$version"] ?? 0) };
}

/**
 * The server refused the write, so it has not stored the key: the key can be used for the changed write. The outcome of a
 * failed write is unknown, so it still counts as sent, and no edit joins it.
 */
function requeued({ attention, lastError: _lastError, unknownFailures: _failures, ...held }: Operation): Operation {
  return { ...held, state: "queued", attempts: attention?.kind === "failed" ? held.attempts : 0 };
}

function creatable(base: EntityData | null): EntityData {
  return Object.fromEntries(
    Object.entries(base ?? {}).filter(([column, value]) => value !== null && !serverFields.has(column)),
  );
}
