import { entityKey } from "@heliograph/shared/entity-key";
import type { Change } from "../delivery/signal.ts";
import type { Held, Holdings } from "./connection-subscriptions.ts";

/** A signal for something that is pending; without a change: no longer readable. */
export type Kept = { readonly code: string; readonly id: string; readonly change: Change | null };

/** Subscriptions that are being settled, by SUBSCRIBE or RESUME: their signals wait until it is known whether they stand. */
export type Pending = {
  readonly holdings: Holdings;
  /** The newest one per entity. */
  readonly kept: Map<string, Kept>;
  /** Containers that turned out to be no longer readable. */
  readonly withdrawn: Held[];
  /** What may have become readable since it was read. */
  readonly stirred: Held[];
};

/** An older version never replaces a newer one. */
export function keep(pending: Pending, change: Change): void {
  const key = entityKey(change.code, change.id);
  const before = pending.kept.get(key)?.change;
  if (!before || before.version <= change.version) pending.kept.set(key, { code: change.code, id: change.id, change });
}
