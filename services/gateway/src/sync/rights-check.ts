import { type HintItem, logAction } from "@heliograph/protocol";
import { beginsAnew, createdAmong, entityKey } from "./change.ts";
import type { Connection } from "./connection.ts";

/** A signal that must not be told before the user's rights were read. */
export type Check = {
  readonly item: HintItem;
  /**
   * Who the signal hit; true: it is told only after a read, false: it merely waits behind an earlier signal for the same
   * entity, and a read that finds nothing (the row was deleted since) must not end the subscription.
   */
  readonly connections: ReadonlyMap<Connection, boolean>;
};

/**
 * Signals of one user that wait for a read of his rights, by entity. A later signal for the same row joins the waiting
 * one, so it can neither overtake it nor multiply the reads; one for a row that was created again stands behind it.
 */
export class CheckList {
  #checks = new Map<string, Check[]>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  has(code: string, id: string): boolean {
    return this.#checks.has(entityKey(code, id));
  }

  add(item: HintItem, connections: ReadonlyMap<Connection, boolean>): void {
    const key = entityKey(item.c, item.e);
    const rows = this.#checks.get(key) ?? [];
    const before = rows.at(-1);
    if (!before || beginsAnew(before.item, item)) {
      this.#checks.set(key, [...rows, { item, connections }]);
      this.#size += 1;
      return;
    }
    const all = new Map(before.connections);
    for (const [connection, judged] of connections) all.set(connection, judged || (all.get(connection) ?? false));
    this.#checks.set(key, rows.with(-1, { item: joined(before.item, item), connections: all }));
  }

  /** Puts older checks, whose read failed, before those that came since. */
  restore(older: CheckList): void {
    const newer = this.values();
    this.#checks = new Map(older.#checks);
    this.#size = older.#size;
    for (const { item, connections } of newer) this.add(item, connections);
  }

  /** Those of one entity in their order. */
  values(): Check[] {
    return [...this.#checks.values()].flat();
  }
}

const isRights = (item: HintItem): boolean => item.a === logAction.grant || item.a === logAction.revoke;

/**
 * One item that says no less than both. Beside a change, a grant or revocation only asks for the read that follows anyway:
 * its version is not the row's, and what it says about rights is not a reason to tell the holders of a container of a loss.
 */
function joined(older: HintItem, newer: HintItem): HintItem {
  const standing = isRights(newer) && !isRights(older) ? older : newer;
  const other = standing === older ? newer : older;
  const alike = isRights(older) === isRights(newer);
  return {
    ...standing,
    v: alike ? Math.max(older.v, newer.v) : standing.v,
    k: [...new Set([...older.k, ...newer.k])],
    r: older.r || newer.r,
    x: standing.x || (alike && other.x),
    t: Math.max(older.t, newer.t),
    ...createdAmong(standing, older, newer),
  };
}
