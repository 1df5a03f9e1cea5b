/** The part of the bundler's output file that decides whether the device keeps it. */
export type BuiltFile =
  | {
      readonly type: "chunk";
      readonly isEntry: boolean;
      /** Ids of its modules, which are file system paths. */
      readonly moduleIds: readonly string[];
      readonly imports: readonly string[];
      readonly dynamicImports: readonly string[];
    }
  | { readonly type: "asset" };

/** Modules of the SDK's devtools panel, which is loaded on request only. */
const devtools = /\/client\/src\/devtools\//;

/**
 * Names of the built files that every device keeps so that the application opens offline. Chunks that only the devtools
 * panel loads are left out: few users open it, and every device would download it again with each version.
 */
export function offlineNames(bundle: Readonly<Record<string, BuiltFile>>): string[] {
  const needed = new Set<string>();
  const add = (name: string) => {
    const file = bundle[name];
    if (!file || needed.has(name)) return;
    if (file.type === "chunk") {
      if (!file.isEntry && file.moduleIds.some((id) => devtools.test(id))) return;
      needed.add(name);
      for (const next of [...file.imports, ...file.dynamicImports]) add(next);
    } else {
      needed.add(name);
    }
  };
  for (const [name, file] of Object.entries(bundle)) if (file.type === "asset" || file.isEntry) add(name);
  return Object.keys(bundle).filter((name) => needed.has(name) && !name.endsWith(".map"));
}
