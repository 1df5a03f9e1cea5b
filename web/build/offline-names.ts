/** The part of a built file that decides whether it is kept on the device. */
export type BuiltFile =
  | {
      readonly type: "chunk";
      readonly isEntry: boolean;
      /** Ids of its modules: paths in the file system. */
      readonly moduleIds: readonly string[];
      readonly imports: readonly string[];
      readonly dynamicImports: readonly string[];
    }
  | { readonly type: "asset" };

/** The panel for developers: of the SDK, and loaded only by who asks for it. */
const developers = /\/client\/src\/devtools\//;

/**
 * Names of the built files that every visitor's device keeps, to open the application without a network. Not the
 * chunks that only the developers' panel loads: hardly anybody opens it, and it would be fetched again with each version.
 */
export function offlineNames(bundle: Readonly<Record<string, BuiltFile>>): string[] {
  const needed = new Set<string>();
  const add = (name: string) => {
    const file = bundle[name];
    if (!file || needed.has(name)) return;
    if (file.type === "chunk") {
      if (!file.isEntry && file.moduleIds.some((id) => developers.test(id))) return;
      needed.add(name);
      for (const next of [...file.imports, ...file.dynamicImports]) add(next);
    } else {
      needed.add(name);
    }
  };
  for (const [name, file] of Object.entries(bundle)) if (file.type === "asset" || file.isEntry) add(name);
  return Object.keys(bundle).filter((name) => needed.has(name) && !name.endsWith(".map"));
}
