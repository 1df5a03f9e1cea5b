import { entityKey } from "@heliograph/shared/entity-key";

/**
 * How far the log may lag behind for recent reads to be complete, milliseconds. A leader is replaced within seconds, and a
 * silent link is detected within seconds more. Beyond it, a client at worst receives a signal for a version it has.
 */
const maxLagMs = 60_000;

/**
 * Versions that SUBSCRIBED reported recently. The change that made such a version may still be in the feed, and its signal
 * would be redundant. The deletion of an earlier row under the same id may be in the feed too, and the user may not have
 * been allowed to read that row. Entries are dropped after one to two turns, except for versions that are recent
 * themselves: these are few, and the changes before an old version were delivered long ago.
 */
export class RecentReads {
  #current = new Map<string, number>();
  #previous = new Map<string, number>();

  note(entityCode: string, versions: ReadonlyMap<string, number>): void {
    for (const [entityId, version] of versions) this.#current.set(entityKey(entityCode, entityId), version);
  }

  /** Whether this version, or a newer one, was reported. */
  covers(entityCode: string, entityId: string, version: number): boolean {
    if (this.#current.size + this.#previous.size === 0) return false;
    const key = entityKey(entityCode, entityId);
    return Math.max(this.#current.get(key) ?? -1, this.#previous.get(key) ?? -1) >= version;
  }

  /** The client was notified that the row is gone, so even the same version is news to it from now on. */
  forget(entityCode: string, entityId: string): void {
    const key = entityKey(entityCode, entityId);
    this.#current.delete(key);
    this.#previous.delete(key);
  }

  clear(): void {
    this.#current = new Map();
    this.#previous = new Map();
  }

  /** Ends a turn of about a second. `wallMs`: milliseconds since 1970; versions are microseconds on the same scale. */
  turn(wallMs: number): void {
    if (this.#previous.size + this.#current.size === 0) return;
    const oldestRecent = (wallMs - maxLagMs) * 1000;
    for (const [key, version] of this.#previous)
      if (version >= oldestRecent && !this.#current.has(key)) this.#current.set(key, version);
    this.#previous = this.#current;
    this.#current = new Map();
  }
}
