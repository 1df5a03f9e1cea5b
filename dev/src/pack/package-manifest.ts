/** A package.json of a workspace, as far as packing reads it. */
export type Manifest = {
  readonly name: string;
  readonly version: string;
  readonly exports: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly [field: string]: unknown;
};

/**
 * The manifest that travels with the built package: inside the repository `exports` name TypeScript sources, which no
 * installed package may do (Node refuses to run them below node_modules). What only the repository needs is left out.
 */
export function packedManifest(manifest: Manifest): Record<string, unknown> {
  const { exports, private: _private, devDependencies: _dev, scripts: _scripts, dependencies = {}, ...kept } = manifest;
  // Bundled into the package.
  const { "@heliograph/shared": _shared, ...installed } = dependencies;
  return {
    ...kept,
    dependencies: installed,
    files: ["dist", "README.md", "LICENSE"],
    exports: Object.fromEntries(Object.entries(exports).map(([name, source]) => [name, builtExport(source)])),
  };
}

function builtExport(source: string): { types: string; default: string } {
  const base = source.replace(/^\.\/src\//, "./dist/").replace(/\.tsx?$/, "");
  return { types: `${base}.d.ts`, default: `${base}.js` };
}
