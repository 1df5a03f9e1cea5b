import { entityKey } from "@heliograph/shared/entity-key";

/**
 * How far the log may be behind, milliseconds, for what is said here; leaders are replaced within seconds, and silent links
 * found out within seconds more. Later, a signal says at worst what is known.
 */
const mostBehindMs = 60_000;

/**
 * Versions that SUBSCRIBED reported a moment ago. The change that made such a version may still be on its way through the
 * log, and its signal would say what the client knows; so may the end of a row that bore the id before, and whoever may
 * read the next one did not have to see that. Forgotten after one to two turns but for versions that are young themselves,
 * which are few: what came before an old one has been told long ago.
 */
export class RecentReads {
  #now = new Map<string, number>();
  #before = new Map<string, number>();

  note(code: string, versions: ReadonlyMap<string, number>): void {
    for (const [id, version] of versions) this.#now.set(entityKey(code, id), version);
  }

  /** Whether this version, or a newer one, was reported. */
  covers(code: string, id: string, version: number): boolean {
    if (this.#now.size + this.#before.size === 0) return false;
    const key = entityKey(code, id);
    return Math.max(this.#now.get(key) ?? -1, this.#before.get(key) ?? -1) >= version;
  }

  /** The client was told that the row is gone: from here on even the same version is news. */
  forget(code: string, id: string): void {
    this.#now.delete(entityKey(code, id));
    this.#before.delete(entityKey(code, id));
  }

  clear(): void {
    this.#now = new Map();
    this.#before = new Map();
  }

  /** The turn of a second or so; `wallMs`: milliseconds since 1970, of which versions are a thousand times as much. */
  turn(wallMs: number): void {
    if (this.#before.size + this.#now.size === 0) return;
    const oldestYoung = (wallMs - mostBehindMs) * 1000;
    for (const [key, version] of this.#before)
      if (version >= oldestYoung && !this.#now.has(key)) this.#now.set(key, version);
    this.#before = this.#now;
    this.#now = new Map();
  }
}
