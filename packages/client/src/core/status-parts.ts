import type { Clock } from "@heliograph/shared/clock";
import type { Connection } from "../connection/connection.ts";
import type { Outbox } from "../outbox/outbox.ts";
import type { Refetcher } from "../refetch/refetcher.ts";
import type { StatusParts, SyncStatus } from "../status/sync-status.ts";
import type { EntityStore } from "../store/entity-store.ts";
import type { Subscriber } from "../subscriptions/subscriber.ts";
import type { CatchUp } from "./catch-up.ts";

export type StatusSources = {
  readonly connection: Connection;
  readonly catchUp: CatchUp;
  readonly refetcher: Refetcher;
  readonly subscriber: Subscriber;
  readonly outbox: Outbox;
  readonly store: EntityStore;
  readonly clock: Clock;
  /** The latest failure of a read. */
  readonly lastError: SyncStatus["lastError"];
};

/** Asks every part of a client how it is doing. */
export function readStatus(sources: StatusSources): StatusParts {
  const { connection, catchUp, refetcher, subscriber, outbox, store, clock, lastError } = sources;
  const { size, oldest } = outbox.snapshot();
  return {
    now: clock.wallNow(),
    connection: connection.state,
    lastMessageAt: connection.lastMessageAt,
    caughtUpAt: catchUp.caughtUpAt,
    pendingFetches: refetcher.pending,
    outbox: { size, ...(oldest === undefined ? {} : { oldest }) },
    unsentSince: outbox.flusher.waitingSince,
    attention: outbox.attention().items.length,
    lastError: latest(lastError, outbox.flusher.lastError),
    storage: store.storage,
    storageReason: store.storageReason,
    starved: subscriber.overLimit,
  };
}

function latest(a: SyncStatus["lastError"], b: SyncStatus["lastError"]): SyncStatus["lastError"] {
  return !b || (a && a.at > b.at) ? a : b;
}
