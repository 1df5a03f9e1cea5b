/** The part of the bundler's module info that decides whether the first page needs a module. */
export interface ModuleInfo {
  readonly isEntry: boolean;
  /** Ids of the modules that import it statically. */
  readonly importers: readonly string[];
}

/**
 * Returns a test of whether a module belongs to the first page, that is, whether the entry reaches it by static imports
 * alone. Left to itself, the bundler emits a small file for each group of modules that the first page shares with a
 * deferred part; one file compresses better and needs one request.
 *
 * @param infoOf module info by id; null for modules that are not bundled
 */
export function firstPage(infoOf: (id: string) => ModuleInfo | null): (id: string) => boolean {
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
