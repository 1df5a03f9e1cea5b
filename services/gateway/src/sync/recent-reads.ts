import { entityKey } from "./change.ts";

/**
 * Versions that SUBSCRIBED reported a moment ago. The change that made such a version may still be on its way through the
 * log, and its signal would say what the client knows. Forgotten after one to two turns, whatever the number: a signal
 * that is later still does no harm.
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

  /** The turn of a second or so. */
  turn(): void {
    if (this.#before.size > 0 || this.#now.size > 0) {
      this.#before = this.#now;
      this.#now = new Map();
    }
  }
}
