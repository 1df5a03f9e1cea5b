/** The part of a module's place in the graph that decides whether the first page needs it. */
export interface Placed {
  readonly isEntry: boolean;
  /** Ids of the modules that import it at once, not later. */
  readonly importers: readonly string[];
}

/**
 * Tells whether a module comes with the first page: reached from its script by imports alone. The bundler would make a
 * file of every few modules that the first page shares with a later one; together they compress better and are asked for
 * at once.
 *
 * @param infoOf of any module by its id; null for what is not bundled
 */
export function firstPage(infoOf: (id: string) => Placed | null): (id: string) => boolean {
  return (id) => {
    const seen = new Set<string>();
    const open = [id];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      if (seen.has(next)) continue;
      seen.add(next);
      const info = infoOf(next);
      if (!info) continue;
      if (info.isEntry) return true;
      open.push(...info.importers);
    }
    return false;
  };
}
