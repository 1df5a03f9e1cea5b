/** The parts of a workspace's package.json that packing reads. */
export type Manifest = {
  readonly name: string;
  readonly version: string;
  readonly exports: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly [field: string]: unknown;
};

/**
 * The manifest of the built package. Inside the repository, `exports` name TypeScript sources; Node refuses to run these in
 * node_modules, so an installed package names the built files. Fields that only the repository needs are left out.
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
