import type { EntityData } from "./entity-data.ts";

export type OperationKind = "create" | "update" | "remove";

/** Why a write failed. */
export interface Reason {
  /** Stable code for programs. */
  readonly code: string;
  readonly message: string;
  /** What the user can do about it. */
  readonly remedy: string;
}

/** The decision that a write needs from the user before it can be sent again. */
export interface Attention {
  /**
   * conflict: another user changed the same columns. gone: the row no longer exists. rejected: the server refused it.
   * failed: it failed repeatedly for an unknown reason.
   */
  readonly kind: "conflict" | "rejected" | "gone" | "failed";
  readonly reason: Reason;
  /** The row on the server; null when it is gone. */
  readonly theirs: EntityData | null;
  /** Columns in conflict. */
  readonly columns: readonly string[];
  /** When the operation came into the attention list, milliseconds since 1970. */
  readonly at: number;
}

/** One write of this device that the server has not acknowledged: one row of the outbox table. */
export interface Operation {
  /** Idempotency key of the write: however often it is sent, it acts once. */
  readonly key: string;
  /** Place in the queue. Grows with time, also across tabs: an operation made after seeing another one comes after it. */
  readonly seq: number;
  /** The user who made it, as `TokenClaims.user` names users; empty when the token names none. Another user's token never sends it. */
  readonly owner: string;
  readonly entityCode: string;
  readonly entityId: string;
  readonly op: OperationKind;
  /** The columns that were set; for a create, all of them. */
  readonly changes: EntityData;
  /** The row as the user saw it, with unsent changes applied; null when it was unknown. */
  readonly base: EntityData | null;
  /** Version of the server's row below `base`; 0 when it was unknown. */
  readonly baseVersion: number;
  /** Milliseconds since 1970. */
  readonly queuedAt: number;
  /**
   * How often it was sent. After the first time the operation must not change: the server would take it for another
   * write.
   */
  readonly attempts: number;
  /** How often it failed for an unknown reason; stored, so that a reload does not start again. */
  readonly unknownFailures?: number;
  readonly lastError?: Reason;
  readonly state: "queued" | "sending" | "attention";
  readonly attention?: Attention;
}

/** Orders operations by their place in the queue. */
export function inOrder(a: Operation, b: Operation): number {
  return a.seq - b.seq || (a.key < b.key ? -1 : 1);
}
