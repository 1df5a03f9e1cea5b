/**
 * What a signal means to the socket that receives it. "early": its row was requested, but the server has not confirmed the
 * subscription yet.
 */
type SignalKind = "new" | "duplicate" | "outdated" | "early" | "foreign";

/** How the versions that a socket received compare with the current ones. */
interface LedgerComparison {
  /** Rows that changed since the socket subscribed to them. */
  readonly changed: number;
  /** Of those, the rows whose newest version reached the socket. */
  readonly delivered: number;
  /** Ids of the remaining changed rows. */
  readonly gaps: readonly string[];
}

/** The versions that one socket has received. Pure: versions are only compared. */
export class VersionLedger {
  readonly #rows = new Map<string, { base: number; received: number }>();
  readonly #requested = new Set<string>();

  /** Number of rows that are held. */
  get size(): number {
    return this.#rows.size;
  }

  ids(): string[] {
    return [...this.#rows.keys()];
  }

  /** Newest version that the socket received; 0 for rows that it does not hold. */
  versionOf(id: string): number {
    return this.#rows.get(id)?.received ?? 0;
  }

  /** Notes that a subscription to the row was sent. A server that confirms late may already send its signals. */
  request(id: string): void {
    if (!this.#rows.has(id)) this.#requested.add(id);
  }

  /** Holds a row from this version on. For a row that is held already, after a reconnect, the version counts as received. */
  hold(id: string, version: number): void {
    const row = this.#rows.get(id);
    this.#requested.delete(id);
    if (!row) this.#rows.set(id, { base: version, received: version });
    else if (version > row.received) row.received = version;
  }

  release(id: string): void {
    this.#rows.delete(id);
  }

  /** Notes a version that the server sent. */
  receive(id: string, version: number): SignalKind {
    const row = this.#rows.get(id);
    if (!row) return this.#requested.has(id) ? "early" : "foreign";
    if (version === row.received) return "duplicate";
    if (version < row.received) return "outdated";
    row.received = version;
    return "new";
  }

  /** Compares with the current versions by row id. Rows that are absent from them are left out. */
  compare(currentVersions: ReadonlyMap<string, number>): LedgerComparison {
    let changed = 0;
    const gaps: string[] = [];
    for (const [id, { base, received }] of this.#rows) {
      const version = currentVersions.get(id);
      if (version === undefined || version <= base) continue;
      changed += 1;
      if (received < version) gaps.push(id);
    }
    return { changed, delivered: changed - gaps.length, gaps };
  }
}
