import type { EntityDoc } from "../api/register.ts";
import type { EntityData } from "../store/entity-data.ts";
import type { Operation, OperationKind, Reason } from "../store/operation.ts";
import { dependantsOf, heldBackBy } from "./operation-dependencies.ts";

/** A write that waits to be sent. */
export interface OutboxEntry {
  readonly key: string;
  readonly entityCode: string;
  readonly entityId: string;
  readonly op: OperationKind;
  readonly changes: EntityData;
  /** Milliseconds since 1970. */
  readonly queuedAt: number;
  readonly attempts: number;
  readonly lastError?: Reason;
  readonly state: "queued" | "sending";
  /** Key of the write in the attention list that this one waits for. */
  readonly heldBy?: string;
}

/** A write that needs a decision of the user. */
export interface AttentionItem {
  readonly key: string;
  readonly entityCode: string;
  readonly entityId: string;
  readonly op: OperationKind;
  readonly kind: "conflict" | "rejected" | "gone" | "failed";
  readonly reason: Reason;
  /** The row as the user wants it: the base with the changes applied. */
  readonly mine: EntityData;
  /** Only the columns that the user changed. */
  readonly changes: EntityData;
  /** The row on the server; absent when it is gone. */
  readonly theirs?: EntityDoc;
  /** The row as the user saw it; absent for a create, and for a row that the user may no longer read. */
  readonly base?: EntityDoc;
  /** Columns in conflict. */
  readonly columns: readonly string[];
  /** When it came into the attention list, milliseconds since 1970. */
  readonly at: number;
  /** Writes that depend on this one and are discarded with it. */
  readonly dependants: readonly OutboxEntry[];
}

export interface OutboxSnapshot {
  readonly entries: readonly OutboxEntry[];
  readonly size: number;
  /** When the oldest entry was queued, milliseconds since 1970. */
  readonly oldest?: number;
}

export interface AttentionSnapshot {
  readonly items: readonly AttentionItem[];
}

/** @param all oldest first */
function toOutboxSnapshot(all: readonly Operation[]): OutboxSnapshot {
  const heldBy = new Map<string, string>();
  for (const operation of all) {
    if (operation.state !== "attention") continue;
    for (const { key } of heldBackBy(operation, all)) heldBy.set(key, operation.key);
  }
  const entries = all.filter(({ state }) => state !== "attention").map((one) => toEntry(one, heldBy.get(one.key)));
  const oldest = entries.length === 0 ? {} : { oldest: Math.min(...entries.map(({ queuedAt }) => queuedAt)) };
  return { entries, size: entries.length, ...oldest };
}

/** @param all oldest first */
function toAttentionSnapshot(all: readonly Operation[]): AttentionSnapshot {
  return { items: all.flatMap((operation) => toItem(operation, all) ?? []) };
}

function toEntry(operation: Operation, heldBy: string | undefined): OutboxEntry {
  const { key, entityCode, entityId, op, changes, queuedAt, attempts, lastError, state } = operation;
  return {
    key,
    entityCode,
    entityId,
    op,
    changes,
    queuedAt,
    attempts,
    state: state === "sending" ? "sending" : "queued",
    ...(lastError ? { lastError } : {}),
    ...(heldBy === undefined ? {} : { heldBy }),
  };
}

function toItem(operation: Operation, all: readonly Operation[]): AttentionItem | undefined {
  const { key, entityCode, entityId, op, changes, base, attention } = operation;
  if (operation.state !== "attention" || !attention) return undefined;
  const { kind, reason, theirs, columns, at } = attention;
  return {
    key,
    entityCode,
    entityId,
    op,
    kind,
    reason,
    mine: { $id: entityId, ...base, ...changes },
    changes,
    columns,
    at,
    dependants: dependantsOf(operation, all).map((one) => toEntry(one, key)),
    ...(theirs ? { theirs: theirs as EntityDoc } : {}),
    ...(base ? { base: base as EntityDoc } : {}),
  };
}

/** Caches the snapshots: each stays the same object until something in it changes. */
export class OutboxSnapshots {
  readonly #all: () => readonly Operation[];
  #seen: readonly Operation[] | undefined;
  #outbox: OutboxSnapshot = { entries: [], size: 0 };
  #attention: AttentionSnapshot = { items: [] };

  /** @param all returns the same array until an operation changes */
  constructor(all: () => readonly Operation[]) {
    this.#all = all;
  }

  outbox(): OutboxSnapshot {
    this.#refresh();
    return this.#outbox;
  }

  attention(): AttentionSnapshot {
    this.#refresh();
    return this.#attention;
  }

  #refresh(): void {
    const all = this.#all();
    if (all === this.#seen) return;
    const before = this.#attention.items.length;
    this.#seen = all;
    this.#outbox = toOutboxSnapshot(all);
    const attention = toAttentionSnapshot(all);
    if (before > 0 || attention.items.length > 0) this.#attention = attention;
  }
}

/** The columns that views show with unsent values. */
export function pendingColumnsOf(operations: readonly Operation[]): readonly string[] {
  const columns = new Set<string>();
  for (const { state, changes } of operations) {
    if (state !== "attention") for (const column of Object.keys(changes)) columns.add(column);
  }
  return [...columns];
}
