/** One acknowledged version of one row. */
interface Commit {
  version: number;
  /** When the writer received the acknowledgement, performance.now(). */
  at: number;
}

/** Versions that writers know to be committed, by "entityCode/id". */
export class Commits {
  readonly #byRow = new Map<string, Commit[]>();
  #count = 0;

  get count(): number {
    return this.#count;
  }

  add(entityCode: string, rows: readonly { id: string; version: number | string }[], at = performance.now()): void {
    this.#count += rows.length;
    for (const { id, version } of rows) {
      const key = `${entityCode}/${id}`;
      const commits = this.#byRow.get(key);
      if (commits === undefined) this.#byRow.set(key, [{ version: Number(version), at }]);
      else commits.push({ version: Number(version), at });
    }
  }

  /** When the first version above `held` and up to `reached` was acknowledged: since then the holder of `held` was behind. */
  firstMissed(key: string, held: number, reached: number): number | undefined {
    let first: number | undefined;
    for (const { version, at } of this.#byRow.get(key) ?? []) {
      if (version > held && version <= reached && at < (first ?? Number.POSITIVE_INFINITY)) first = at;
    }
    return first;
  }

  /** Highest acknowledged version of each row. */
  *highest(): Generator<{ entityCode: string; id: string; version: number }> {
    for (const [key, commits] of this.#byRow) {
      const slash = key.indexOf("/");
      const version = Math.max(...commits.map((commit) => commit.version));
      yield { entityCode: key.slice(0, slash), id: key.slice(slash + 1), version };
    }
  }

  /** Discards everything except the count. */
  clear(): void {
    this.#byRow.clear();
  }
}
