/** What a signal was to the socket that got it. "early": for a row that was asked for, without an answer so far. */
export type Told = "news" | "repeat" | "older" | "early" | "foreign";

/** How the rows that a socket holds compare with the truth. */
export interface Judgement {
  /** Rows that changed since they were subscribed to. */
  readonly changed: number;
  /** Those of them whose newest version is known. */
  readonly informed: number;
  /** Ids of the others. */
  readonly gaps: readonly string[];
}

/** Which versions one socket was told, and what that is worth. Pure; versions are only compared. */
export class RowLedger {
  readonly #rows = new Map<string, { base: number; told: number }>();
  readonly #asked = new Set<string>();

  get size(): number {
    return this.#rows.size;
  }

  ids(): string[] {
    return [...this.#rows.keys()];
  }

  /** What the socket knows; 0 for rows that it does not hold. */
  versionOf(id: string): number {
    return this.#rows.get(id)?.told ?? 0;
  }

  /** A row is asked for. A server that answers too late may begin to tell of it all the same. */
  ask(id: string): void {
    if (!this.#rows.has(id)) this.#asked.add(id);
  }

  /** A row is held from now on, at this version. Again after a reconnect: then it is only another way to be told. */
  hold(id: string, version: number): void {
    const row = this.#rows.get(id);
    this.#asked.delete(id);
    if (!row) this.#rows.set(id, { base: version, told: version });
    else if (version > row.told) row.told = version;
  }

  forget(id: string): void {
    this.#rows.delete(id);
  }

  tell(id: string, version: number): Told {
    const row = this.#rows.get(id);
    if (!row) return this.#asked.has(id) ? "early" : "foreign";
    if (version === row.told) return "repeat";
    if (version < row.told) return "older";
    row.told = version;
    return "news";
  }

  /** Compares with the versions that the database has; rows that are not in there are left out. */
  judge(truth: ReadonlyMap<string, number>): Judgement {
    let changed = 0;
    const gaps: string[] = [];
    for (const [id, { base, told }] of this.#rows) {
      const version = truth.get(id);
      if (version === undefined || version <= base) continue;
      changed += 1;
      if (told < version) gaps.push(id);
    }
    return { changed, informed: changed - gaps.length, gaps };
  }
}
