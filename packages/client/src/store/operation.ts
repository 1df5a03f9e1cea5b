import type { EntityData } from "./entity-store.ts";

export type OperationKind = "create" | "update" | "remove";

/** Why a write was refused, in the server's words or ours. */
export type Reason = { readonly code: string; readonly message: string; readonly remedy: string };

/** What a person has to decide about a write that cannot go on by itself. */
export type Attention = {
  /** conflict: somebody else changed the same columns. gone: the row is not there any more. rejected: refused. */
  readonly kind: "conflict" | "rejected" | "gone";
  readonly reason: Reason;
  /** The row as the server has it; null when it is gone. */
  readonly theirs: EntityData | null;
  /** Columns in conflict. */
  readonly columns: readonly string[];
  /** Milliseconds since 1970. */
  readonly at: number;
};

/** One write of this device that the server has not acknowledged. One row of the outbox. */
export type Operation = {
  /** Names the write at the server (Idempotency-Key): however often it is sent, it acts once. */
  readonly key: string;
  /** Place in the queue. Grows with time, also over tabs: an operation made after seeing another one comes after it. */
  readonly seq: number;
  /** Who made it, as `readUser` names people; empty when the token tells nobody. Nobody else's token sends it. */
  readonly owner: string;
  readonly code: string;
  readonly id: string;
  readonly op: OperationKind;
  /** The columns that were set; all of them for a create. */
  readonly changes: EntityData;
  /** The row as its writer saw it, own unsent changes included; null when nothing was known of it. */
  readonly base: EntityData | null;
  /** The server's version under what the writer saw; 0 when nothing was known. */
  readonly baseVer: number;
  readonly queuedAt: number;
  /** How often it was sent. From the first time on it never changes: the server would take it for another write. */
  readonly attempts: number;
  readonly lastError?: Reason;
  readonly state: "queued" | "sending" | "attention";
  readonly attention?: Attention;
};

/** Operations in the order in which they were made. */
export function inOrder(a: Operation, b: Operation): number {
  return a.seq - b.seq || (a.key < b.key ? -1 : 1);
}
