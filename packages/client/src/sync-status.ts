import { retryAtOf } from "./connection/connection.ts";
import type { ConnectionState } from "./connection/state.ts";

export type SyncState =
  | "disconnected"
  | "connecting"
  | "connected"
  | "catching-up"
  /** Connected, but the server is behind: what is shown is as of `since`. */
  | "delayed"
  | "needs-auth"
  | "offline"
  /** The server's kill switch is on: reading and writing work, live updates do not. */
  | "disabled";

export type SyncStatus = {
  readonly state: SyncState;
  /** A sentence for people; absent when all is well. */
  readonly reason?: string;
  /**
   * Since when this state lasts; for "delayed", up to when changes were told. This and all times are milliseconds since
   * 1970.
   */
  readonly since: number;
  /** Up to when everything that the server signalled was read; kept while there is no connection. */
  readonly caughtUpTo?: number;
  readonly lastMessageAt?: number;
  /** Rows whose change was signalled but is not read yet. */
  readonly pendingFetches: number;
  readonly storage: "indexeddb" | "memory";
  /** Why rows are kept in memory only, if a database had been asked for. */
  readonly storageReason?: string;
  /** When the next attempt to connect starts by itself. */
  readonly retryAt?: number;
};

export type StatusParts = {
  readonly connection: ConnectionState;
  readonly lastMessageAt: number | undefined;
  readonly caughtUpTo: number | undefined;
  readonly pendingFetches: number;
  readonly storage: "indexeddb" | "memory";
  readonly storageReason: string | undefined;
  /** Subscriptions beyond the server's limit. */
  readonly starved: number;
};

export function toSyncStatus(parts: StatusParts): SyncStatus {
  const { connection, lastMessageAt, caughtUpTo, storageReason } = parts;
  const reason = reasonOf(connection) ?? starvedReason(parts.starved);
  const retryAt = retryAtOf(connection);
  return {
    state: publicState(connection),
    since: connection.kind === "delayed" ? connection.upTo : connection.since,
    pendingFetches: parts.pendingFetches,
    storage: parts.storage,
    ...(reason === undefined ? {} : { reason }),
    ...(lastMessageAt === undefined ? {} : { lastMessageAt }),
    ...(caughtUpTo === undefined ? {} : { caughtUpTo }),
    ...(storageReason === undefined ? {} : { storageReason }),
    ...(retryAt === undefined ? {} : { retryAt }),
  };
}

export function sameStatus(a: SyncStatus, b: SyncStatus): boolean {
  return (
    a.state === b.state &&
    a.reason === b.reason &&
    a.since === b.since &&
    a.lastMessageAt === b.lastMessageAt &&
    a.caughtUpTo === b.caughtUpTo &&
    a.pendingFetches === b.pendingFetches &&
    a.storage === b.storage &&
    a.storageReason === b.storageReason &&
    a.retryAt === b.retryAt
  );
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

function starvedReason(starved: number): string | undefined {
  return starved === 0 ? undefined : `${starved} rows are shown without live updates: the server's limit is reached.`;
}
