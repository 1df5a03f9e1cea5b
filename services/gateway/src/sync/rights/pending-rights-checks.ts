import { logAction } from "@heliograph/protocol";
import { isRightsChange, type LogChange, placeChange } from "@heliograph/server-kit";
import { entityKey } from "@heliograph/shared/entity-key";
import type { Connection } from "../socket/connection.ts";

/** A signal that must not be told before the user's rights were read. */
export type Check = {
  readonly item: LogChange;
  /**
   * Who the signal hit; true: it is told only after a read, false: it merely waits behind an earlier signal for the same
   * entity, and a read that finds nothing (the row was deleted since) must not end the subscription.
   */
  readonly connections: ReadonlyMap<Connection, boolean>;
};

/** Of one entity. */
type Checks = {
  /** Grants and revocations; they carry no version of a row. */
  readonly rights: readonly Check[];
  /** One for each row that has borne the id, oldest first. */
  readonly changes: readonly Check[];
};

const none: Checks = { rights: [], changes: [] };

/**
 * Signals of one user that wait for a read of his rights, by entity. A later signal for the same row joins the waiting
 * one, so it can neither overtake it nor multiply the reads.
 */
export class CheckList {
  #checks = new Map<string, Checks>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  has(code: string, id: string): boolean {
    return this.#checks.has(entityKey(code, id));
  }

  add(item: LogChange, connections: ReadonlyMap<Connection, boolean>): void {
    const key = entityKey(item.entityCode, item.entityId);
    const checks = this.#checks.get(key) ?? none;
    const kind = isRightsChange(item) ? "rights" : "changes";
    const { at, deleteCount, merged } = placeChange(
      checks[kind].map((check) => check.item),
      item,
    );
    const before = deleteCount === 1 ? checks[kind][at] : undefined;
    // Copied: a list of checks that are being read shares its entries with the one that is restored from it.
    const check = { item: merged, connections: either(before?.connections, connections) };
    this.#checks.set(key, { ...checks, [kind]: checks[kind].toSpliced(at, deleteCount, check) });
    this.#size += 1 - deleteCount;
  }

  /** Puts older checks, whose read failed, before those that came since. */
  restore(older: CheckList): void {
    const newer = [...this.#checks.values()].flatMap(({ rights, changes }) => [...rights, ...changes]);
    this.#checks = new Map(older.#checks);
    this.#size = older.#size;
    for (const { item, connections } of newer) this.add(item, connections);
  }

  /** Those of one entity in the order in which they are to be told. */
  values(): Check[] {
    return [...this.#checks.values()].flatMap(({ rights, changes }) => {
      const hit = rights[0]?.connections;
      // Grants last: they may wake what is dormant, which was not to hear of the rows before.
      return hit ? [...changes.map((check) => besideRights(check, hit)), ...rights] : changes;
    });
  }
}

/**
 * A change that came with a grant or a revocation may be of after it, and is told to whom that hit only after a read as
 * well. Not the end of a row that was public to the last: nobody had lost the right to hear of it.
 */
function besideRights({ item, connections }: Check, hit: Check["connections"]): Check {
  if (item.action === logAction.delete && !item.restricted) return { item, connections };
  return {
    item,
    connections: new Map([...connections].map(([one, judged]) => [one, judged || hit.get(one) === true])),
  };
}

/** Whom either of two hit, judged if either of them is. */
function either(some: Check["connections"] | undefined, others: Check["connections"]): Check["connections"] {
  const all = new Map(some);
  for (const [connection, judged] of others) all.set(connection, judged || (all.get(connection) ?? false));
  return all;
}
