const groups = ["dependencies", "devDependencies", "peerDependencies", "optionalDependencies"] as const;

/** The parts of a package.json that carry versions of this repository. */
type Manifest = { readonly version: string } & Partial<
  Record<(typeof groups)[number], Readonly<Record<string, string>>>
>;

/** The text of a package.json with the new version of its own, and of the workspaces that it names. */
export function withVersion(text: string, version: string): string {
  const manifest = JSON.parse(text) as Manifest;
  const pinned = groups.flatMap((group) => {
    const dependencies = manifest[group];
    if (dependencies === undefined) return [];
    const entries = Object.entries(dependencies).map(([name, range]) => [
      name,
      name.startsWith("@heliograph/") ? version : range,
    ]);
    return [[group, Object.fromEntries(entries)]];
  });
  return `${JSON.stringify({ ...manifest, version, ...Object.fromEntries(pinned) }, null, 2)}\n`;
}
