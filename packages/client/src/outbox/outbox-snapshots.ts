import { entityKey } from "@heliograph/shared/entity-key";
import type { EntityDoc } from "../api/register.ts";
import type { EntityData } from "../store/entity-store.ts";
import type { Operation, OperationKind, Reason } from "../store/operation.ts";
import { dependantsOf } from "./operation-dependencies.ts";

/** A write that waits to be sent. */
export type OutboxEntry = {
  readonly key: string;
  readonly code: string;
  readonly id: string;
  readonly op: OperationKind;
  readonly changes: EntityData;
  /** Milliseconds since 1970. */
  readonly queuedAt: number;
  readonly attempts: number;
  readonly lastError?: Reason;
  readonly state: "queued" | "sending";
  /** Key of the write in the attention list that it waits for. */
  readonly heldBy?: string;
};

/** A write that a person has to decide about. */
export type AttentionItem = {
  readonly key: string;
  readonly code: string;
  readonly id: string;
  readonly op: OperationKind;
  readonly kind: "conflict" | "rejected" | "gone";
  readonly reason: Reason;
  /** The row as its writer wanted it: what he saw with his changes on top. */
  readonly mine: EntityData;
  /** Only what he changed. */
  readonly changes: EntityData;
  /** The row as the server has it; absent when it is gone. */
  readonly theirs?: EntityDoc;
  /** The row as the writer saw it; absent for a create, and for a row that was taken away from him. */
  readonly base?: EntityDoc;
  /** Columns in conflict. */
  readonly columns: readonly string[];
  /** Since when it waits, milliseconds since 1970. */
  readonly at: number;
  /** Writes that wait for this one, and are given up with it. */
  readonly dependants: readonly OutboxEntry[];
};

export type OutboxSnapshot = {
  readonly entries: readonly OutboxEntry[];
  readonly size: number;
  /** When the oldest entry was queued, milliseconds since 1970. */
  readonly oldest?: number;
};

export type AttentionSnapshot = { readonly items: readonly AttentionItem[] };

/** @param all in their order */
export function toOutboxSnapshot(all: readonly Operation[]): OutboxSnapshot {
  const heldBy = new Map<string, string>();
  for (const operation of all) {
    if (operation.state !== "attention") continue;
    for (const { key } of dependantsOf(operation, all)) heldBy.set(key, operation.key);
  }
  const entries = all.filter(({ state }) => state !== "attention").map((one) => toEntry(one, heldBy.get(one.key)));
  const oldest = entries.length === 0 ? {} : { oldest: Math.min(...entries.map(({ queuedAt }) => queuedAt)) };
  return { entries, size: entries.length, ...oldest };
}

/** @param all in their order */
export function toAttentionSnapshot(all: readonly Operation[]): AttentionSnapshot {
  return { items: all.flatMap((operation) => toItem(operation, all) ?? []) };
}

function toEntry(operation: Operation, heldBy: string | undefined): OutboxEntry {
  const { key, code, id, op, changes, queuedAt, attempts, lastError, state } = operation;
  return {
    key,
    code,
    id,
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
  const { key, code, id, op, changes, base, attention } = operation;
  if (operation.state !== "attention" || !attention) return undefined;
  const { kind, reason, theirs, columns, at } = attention;
  return {
    key,
    code,
    id,
    op,
    kind,
    reason,
    mine: { ...base, ...changes, id },
    changes,
    columns,
    at,
    dependants: dependantsOf(operation, all).map((one) => toEntry(one, key)),
    ...(theirs ? { theirs: theirs as EntityDoc } : {}),
    ...(base ? { base: base as EntityDoc } : {}),
  };
}

/** Keeps snapshots the same objects until something in them changes. */
export class OutboxViews {
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

/** The columns that are shown otherwise than the server has them. */
export function pendingColumnsOf(operations: readonly Operation[]): readonly string[] {
  const columns = new Set<string>();
  for (const { state, changes } of operations) {
    if (state !== "attention") for (const column of Object.keys(changes)) columns.add(column);
  }
  return [...columns];
}

export function rowOf({ code, id }: Operation): string {
  return entityKey(code, id);
}
