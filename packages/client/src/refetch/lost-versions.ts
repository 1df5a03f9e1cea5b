import { type EntityKey, entityKey } from "@heliograph/shared/entity-key";
import type { EntityDoc } from "../api/register.ts";
import type { ServerRow } from "../store/entity-store.ts";

/** Versions that the server reports. */
export type Changes = readonly { readonly entityId: string; readonly version: number }[];
/** The version held of each row when the request was sent. */
export type Seen = ReadonlyMap<string, { readonly version: number }>;

/**
 * Versions that this device holds and the database has lost: after a failover to a standby that lagged, or a restore. A
 * version never decreases otherwise. So when the server answers a held version with a lower one, the row that it has now
 * replaces exactly the lost version; anything newer in the store stays.
 */
export class LostVersions {
  readonly #lost = new Map<EntityKey, number>();

  /** @returns whether the version that was held when the request was sent is lost */
  detect(key: EntityKey, reported: number, held: number): boolean {
    if (reported >= held) return false;
    this.#lost.set(key, held);
    return true;
  }

  /** The row that the server sent, with the lost version that it replaces, if there is one. */
  toServerRow(entityCode: string, doc: EntityDoc): ServerRow {
    const row = { entityCode, entityId: doc.$id, ver: doc.$version, data: doc };
    const key = entityKey(entityCode, doc.$id);
    const lost = this.#lost.get(key);
    if (lost === undefined) return row;
    this.#lost.delete(key);
    return { ...row, replacesVersion: lost };
  }
}
