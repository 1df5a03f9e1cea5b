import { logAction } from "@heliograph/protocol";
import { isRightsChange, type LogChange, placeChange } from "@heliograph/server-kit";
import { entityKey } from "@heliograph/shared/entity-key";
import type { Connection } from "../connection/connection.ts";

/** A change that must not be delivered before the user's rights were read. */
export interface PendingCheck {
  readonly change: LogChange;
  /**
   * The connections that the change concerns. True: it is delivered only if the read finds the row. False: it merely waits
   * behind an earlier change of the same entity, and a read that finds nothing, because the row was deleted since, must not
   * end the subscription.
   */
  readonly connections: ReadonlyMap<Connection, boolean>;
}

/** Checks of one entity. */
interface EntityChecks {
  /** Grants and revocations; they carry no version of a row. */
  readonly rights: readonly PendingCheck[];
  /** One for each incarnation of the id, oldest first. */
  readonly changes: readonly PendingCheck[];
}

const none: EntityChecks = { rights: [], changes: [] };

/**
 * Changes of one user that wait for a read of rights, by entity. A later change of the same row merges with the waiting
 * one, so it can neither overtake it nor multiply the reads.
 */
export class PendingRightsChecks {
  #checks = new Map<string, EntityChecks>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  has(entityCode: string, entityId: string): boolean {
    return this.#checks.has(entityKey(entityCode, entityId));
  }

  add(change: LogChange, connections: PendingCheck["connections"]): void {
    const key = entityKey(change.entityCode, change.entityId);
    const checks = this.#checks.get(key) ?? none;
    const kind = isRightsChange(change) ? "rights" : "changes";
    const { at, deleteCount, merged } = placeChange(
      checks[kind].map((check) => check.change),
      change,
    );
    const before = deleteCount === 1 ? checks[kind][at] : undefined;
    // Copied, because checks that are being read share their entries with the list that is restored after a failure.
    const check = { change: merged, connections: union(before?.connections, connections) };
    this.#checks.set(key, { ...checks, [kind]: checks[kind].toSpliced(at, deleteCount, check) });
    this.#size += 1 - deleteCount;
  }

  /** Puts older checks, whose read failed, before those that were added since. */
  restore(older: PendingRightsChecks): void {
    const newer = [...this.#checks.values()].flatMap(({ rights, changes }) => [...rights, ...changes]);
    this.#checks = new Map(older.#checks);
    this.#size = older.#size;
    for (const { change, connections } of newer) this.add(change, connections);
  }

  /** All checks; those of one entity in the order in which they are to be delivered. */
  values(): PendingCheck[] {
    return [...this.#checks.values()].flatMap(({ rights, changes }) => {
      const concerned = rights[0]?.connections;
      // Grants last: they may restore a refused subscription, which must not receive the changes before.
      return concerned ? [...changes.map((check) => besideRights(check, concerned)), ...rights] : changes;
    });
  }
}

/**
 * Marks a change that came together with a grant or revocation as one that needs a read for the connections of both,
 * because it may have happened after the revocation. Except the deletion of a row that was public to the last: no user had
 * lost the right to it.
 */
function besideRights({ change, connections }: PendingCheck, concerned: PendingCheck["connections"]): PendingCheck {
  if (change.action === logAction.delete && !change.restricted) return { change, connections };
  return {
    change,
    connections: new Map([...connections].map(([one, mustRead]) => [one, mustRead || concerned.get(one) === true])),
  };
}

/** The connections of both; a read is needed if either needs one. */
function union(
  some: PendingCheck["connections"] | undefined,
  others: PendingCheck["connections"],
): PendingCheck["connections"] {
  const all = new Map(some);
  for (const [connection, mustRead] of others) all.set(connection, mustRead || (all.get(connection) ?? false));
  return all;
}
