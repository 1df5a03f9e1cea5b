import { readFileSync } from "node:fs";
import path from "node:path";

/**
 * Which workspace may depend on which, and which only in its tests. An import of what the own package.json does not name
 * is an error of the linter; this table decides what a package.json may name.
 */
export const allowedDirections: Readonly<Record<string, { production: readonly string[]; tests: readonly string[] }>> =
  {
    "packages/shared": { production: [], tests: [] },
    "packages/protocol": { production: [], tests: [] },
    "packages/client": { production: ["shared", "protocol"], tests: [] },
    "packages/server-kit": { production: ["shared", "protocol"], tests: [] },
    db: { production: ["shared"], tests: ["server-kit"] },
    "services/gateway": { production: ["shared", "protocol", "server-kit"], tests: ["testkit"] },
    "services/watcher": { production: ["shared", "protocol", "server-kit"], tests: [] },
    web: { production: ["shared", "client", "protocol"], tests: ["server-kit", "testkit", "dev"] },
    // The workshop. Nothing that ships depends on it.
    testkit: { production: ["shared", "client", "db", "protocol", "server-kit"], tests: [] },
    dev: { production: ["db", "protocol", "server-kit", "shared", "testkit"], tests: [] },
    "verification/bench": { production: ["client", "db", "protocol", "server-kit", "shared", "testkit"], tests: [] },
    "verification/chaos": { production: ["client", "db", "protocol", "server-kit", "shared", "testkit"], tests: [] },
    "verification/mutants": { production: ["protocol", "testkit"], tests: [] },
    // Runs the real cores of all three against each other.
    "verification/simulation": {
      production: ["shared", "client", "gateway", "protocol", "server-kit", "watcher"],
      tests: ["db", "testkit"],
    },
    loadtest: { production: ["shared", "protocol", "server-kit", "testkit"], tests: ["client"] },
  };

const SCOPE = "@heliograph/";

/** The parts of a package.json that name other packages. */
type Manifest = Partial<
  Record<"dependencies" | "peerDependencies" | "optionalDependencies" | "devDependencies", Record<string, string>>
>;

function ours(...groups: (Record<string, string> | undefined)[]): string[] {
  return groups
    .flatMap((group) => Object.keys(group ?? {}))
    .flatMap((name) => (name.startsWith(SCOPE) ? [name.slice(SCOPE.length)] : []));
}

/** What one workspace names against the table: a sentence for each wrong dependency. */
export function wrongDirections(workspace: string, manifest: Manifest): string[] {
  const allowed = allowedDirections[workspace];
  if (allowed === undefined)
    return [`${workspace} is not in the table of directions: add it to dev/src/check/directions.ts`];
  const { production, tests } = allowed;
  const inProduction = ours(manifest.dependencies, manifest.peerDependencies, manifest.optionalDependencies);
  return [
    ...inProduction
      .filter((name) => !production.includes(name))
      .map((name) => `${workspace} must not depend on ${SCOPE}${name}`),
    ...ours(manifest.devDependencies)
      .filter((name) => !production.includes(name) && !tests.includes(name))
      .map((name) => `${workspace} must not depend on ${SCOPE}${name}, not even in tests`),
  ];
}

/** Checks every workspace of the repository at `root`. */
export function checkDirections(root: string, workspaces: readonly string[]): string[] {
  return workspaces.flatMap((workspace) => {
    const manifest = JSON.parse(readFileSync(path.join(root, workspace, "package.json"), "utf8")) as Manifest;
    return wrongDirections(workspace, manifest);
  });
}
