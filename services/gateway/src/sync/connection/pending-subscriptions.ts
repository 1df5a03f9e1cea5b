import { entityKey } from "@heliograph/shared/entity-key";
import type { ConnectionSubscriptions, Subscription } from "./connection-subscriptions.ts";
import type { Signal } from "./signal.ts";

/** A signal for a pending subscription. Without a signal: the row is no longer readable. */
interface DeferredSignal {
  readonly entityCode: string;
  readonly entityId: string;
  readonly signal: Signal | null;
}

/** Subscriptions of a SUBSCRIBE or RESUME in progress. Their signals are deferred until the rights have been read. */
export interface PendingSubscriptions {
  readonly subscriptions: ConnectionSubscriptions;
  /** The newest signal of each entity. */
  readonly deferred: Map<string, DeferredSignal>;
  /** Containers that became unreadable in the meantime. */
  readonly revokedContainers: Subscription[];
  /** Subscriptions that may have become readable since their rights were read. */
  readonly recheck: Subscription[];
}

/** Defers a signal. An older version never replaces a newer one. */
export function deferSignal(pending: PendingSubscriptions, signal: Signal): void {
  const { entityCode, entityId, version } = signal;
  const key = entityKey(entityCode, entityId);
  const before = pending.deferred.get(key)?.signal;
  if (!before || before.version <= version) pending.deferred.set(key, { entityCode, entityId, signal });
}
