import { retryAtOf } from "../connection/connection.ts";
import { type ConnectionState, linkOf } from "../connection/state.ts";

export type SyncState =
  | "disconnected"
  | "connecting"
  | "connected"
  | "catching-up"
  /** Connected, but the server is behind: rows are shown as of `since`. */
  | "delayed"
  | "needs-auth"
  | "offline"
  /** The server's kill switch is on: reads and writes work, live updates do not. */
  | "disabled";

export type SyncStatus = {
  readonly state: SyncState;
  /** A sentence for users; absent when all is well. */
  readonly reason?: string;
  /**
   * Since when this state lasts; for "delayed", up to when changes were signalled. All times are milliseconds since 1970.
   */
  readonly since: number;
  /** Up to when everything that the server signalled is read; kept while there is no connection. */
  readonly caughtUpAt?: number;
  readonly lastMessageAt?: number;
  /** Rows with a signalled change that is not read yet. */
  readonly pendingFetches: number;
  /** Writes of this device that the server has not acknowledged; `oldest` is when the first of them was made. */
  readonly outbox: { readonly size: number; readonly oldest?: number };
  /** Writes that need a decision of the user. */
  readonly attention: number;
  /** The last failure; kept after it is resolved. */
  readonly lastError?: { readonly message: string; readonly at: number };
  /**
   * Whether there is a connection on which nothing was completed for `stuckAfterMs`: signals are not read, no BOOKMARK
   * arrives, or a write is not acknowledged.
   */
  readonly stuck: boolean;
  /** Whether this tab holds the connection that the tabs of the browser share. */
  readonly leader: boolean;
  /** Why this tab does not share its connection; absent when it does. */
  readonly notShared?: string;
  readonly storage: "indexeddb" | "memory";
  /** Why rows are in memory only although a database was requested. */
  readonly storageReason?: string;
  /** When the next attempt to connect starts automatically. */
  readonly retryAt?: number;
};

/** The server sends a BOOKMARK every 10 s, and a write takes one at most: three times that is a fault. */
export const stuckAfterMs = 30_000;

export type StatusParts = {
  readonly now: number;
  readonly connection: ConnectionState;
  readonly lastMessageAt: number | undefined;
  readonly caughtUpAt: number | undefined;
  readonly pendingFetches: number;
  readonly outbox: SyncStatus["outbox"];
  /** Since when the oldest write waits that needs no decision, or since the last write was acknowledged. */
  readonly unsentSince: number | undefined;
  readonly attention: number;
  readonly lastError: SyncStatus["lastError"];
  readonly storage: "indexeddb" | "memory";
  readonly storageReason: string | undefined;
  /** Subscriptions beyond the server's limit. */
  readonly overLimit: number;
};

/** The status of this tab alone. `Tabs` adds what it knows of the leading tab. */
export function toSyncStatus(parts: StatusParts): SyncStatus {
  const { connection, lastMessageAt, caughtUpAt, storageReason, lastError } = parts;
  const reason = reasonOf(connection) ?? overLimitReason(parts.overLimit);
  const retryAt = retryAtOf(connection);
  return {
    state: publicState(connection),
    since: connection.kind === "delayed" ? connection.upTo : connection.since,
    pendingFetches: parts.pendingFetches,
    outbox: parts.outbox,
    attention: parts.attention,
    stuck: (stuckAt(parts) ?? Number.POSITIVE_INFINITY) <= parts.now,
    leader: true,
    storage: parts.storage,
    ...(reason === undefined ? {} : { reason }),
    ...(lastMessageAt === undefined ? {} : { lastMessageAt }),
    ...(caughtUpAt === undefined ? {} : { caughtUpAt }),
    ...(lastError === undefined ? {} : { lastError }),
    ...(storageReason === undefined ? {} : { storageReason }),
    ...(retryAt === undefined ? {} : { retryAt }),
  };
}

/** When the client counts as stuck unless something is completed before; undefined while nothing is expected of it. */
export function stuckAt(parts: Pick<StatusParts, "connection" | "caughtUpAt" | "unsentSince">): number | undefined {
  const { connection, caughtUpAt, unsentSince } = parts;
  const link = linkOf(connection);
  // Without a connection neither is expected, and the state says so. The kill switch does not affect the API.
  if (!link && connection.kind !== "disabled") return undefined;
  const behind = link ? Math.max(link.welcomedAt, caughtUpAt ?? 0) : Number.POSITIVE_INFINITY;
  // A write that was made offline is old when the connection returns; its time starts then.
  const reachableSince = link?.welcomedAt ?? connection.since;
  const unsent = unsentSince === undefined ? Number.POSITIVE_INFINITY : Math.max(unsentSince, reachableSince);
  const at = Math.min(behind, unsent) + stuckAfterMs;
  return Number.isFinite(at) ? at : undefined;
}

/** Whether two statuses are equal in everything that a view may show. */
export function sameStatus(a: SyncStatus, b: SyncStatus): boolean {
  const { outbox: outboxA, lastError: errorA, ...restA } = a;
  const { outbox: outboxB, lastError: errorB, ...restB } = b;
  return (
    sameFields(outboxA, outboxB) &&
    (errorA === errorB || (errorA !== undefined && errorB !== undefined && sameFields(errorA, errorB))) &&
    sameFields(restA, restB)
  );
}

function sameFields(a: object, b: object): boolean {
  const left = Object.entries(a);
  const right = new Map(Object.entries(b));
  return left.length === right.size && left.every(([name, value]) => right.get(name) === value);
}

function publicState(connection: ConnectionState): SyncState {
  switch (connection.kind) {
    case "dialing":
    case "resuming":
    case "probing":
    case "waiting":
      return "connecting";
    case "refused":
    case "away":
      return "disconnected";
    default:
      return connection.kind;
  }
}

function reasonOf(connection: ConnectionState): string | undefined {
  if ("reason" in connection) return connection.reason;
  return connection.kind === "offline" ? "This device has no network." : undefined;
}

function overLimitReason(count: number): string | undefined {
  if (count === 0) return undefined;
  return `This page shows more data than the server keeps live at once, so ${count} rows may be out of date. Close some views.`;
}
