import { type EntityKey, entityKey } from "@heliograph/shared/entity-key";
import type { EntityDoc } from "../api/register.ts";
import type { ServerRow } from "../store/entity-store.ts";

/** Versions that the server tells of. */
export type Changes = readonly { readonly entityId: string; readonly version: number }[];
/** What was held of each row when the server was asked. */
export type Seen = ReadonlyMap<string, { readonly version: number }>;

/**
 * Versions that this device holds and the database has lost: after a failover to a copy that was behind, or a restore. A
 * version never goes back otherwise, so a server that is asked about one and knows only a lower one tells of another
 * history, and what it has now takes the place of exactly the lost version; anything newer stays.
 */
export class Rewound {
  readonly #lost = new Map<EntityKey, number>();

  /** Whether the version held when the server was asked is lost. */
  compare(key: EntityKey, told: number, held: number): boolean {
    if (told >= held) return false;
    this.#lost.set(key, held);
    return true;
  }

  /** The row that the server sent, with the lost version that it replaces, if there is one. */
  rowOf(entityCode: string, doc: EntityDoc): ServerRow {
    const row = { entityCode, id: doc.id, ver: doc.version, data: doc };
    const key = entityKey(entityCode, doc.id);
    const instead = this.#lost.get(key);
    if (instead === undefined) return row;
    this.#lost.delete(key);
    return { ...row, instead };
  }
}
