import { readFileSync } from "node:fs";
import path from "node:path";

/**
 * The workspaces that each workspace may depend on, in production and in addition in tests. The linter refuses imports that
 * the package.json does not declare; this table decides what the package.json may declare.
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
    // Tools for development and verification. Nothing that ships depends on them.
    testkit: { production: ["shared", "client", "db", "protocol", "server-kit"], tests: [] },
    dev: { production: ["db", "protocol", "server-kit", "shared", "testkit"], tests: [] },
    "verification/bench": { production: ["client", "db", "protocol", "server-kit", "shared", "testkit"], tests: [] },
    "verification/chaos": { production: ["client", "db", "protocol", "server-kit", "shared", "testkit"], tests: [] },
    "verification/mutants": { production: ["protocol", "shared", "testkit"], tests: [] },
    // Runs the real cores of gateway, watcher and client against each other.
    "verification/simulation": {
      production: ["shared", "client", "gateway", "protocol", "server-kit", "watcher"],
      tests: ["db", "testkit"],
    },
    loadtest: { production: ["shared", "protocol", "server-kit", "testkit"], tests: ["client"] },
  };

const SCOPE = "@heliograph/";

/** The parts of a package.json that declare dependencies. */
type Manifest = Partial<
  Record<"dependencies" | "peerDependencies" | "optionalDependencies" | "devDependencies", Record<string, string>>
>;

function ownPackages(...groups: (Record<string, string> | undefined)[]): string[] {
  return groups
    .flatMap((group) => Object.keys(group ?? {}))
    .flatMap((name) => (name.startsWith(SCOPE) ? [name.slice(SCOPE.length)] : []));
}

/** One sentence for each dependency of a workspace that the table does not allow. */
export function wrongDirections(workspace: string, manifest: Manifest): string[] {
  const allowed = allowedDirections[workspace];
  if (allowed === undefined) return [`${workspace} is missing from the table in dev/src/check/directions.ts`];
  const { production, tests } = allowed;
  const inProduction = ownPackages(manifest.dependencies, manifest.peerDependencies, manifest.optionalDependencies);
  return [
    ...inProduction
      .filter((name) => !production.includes(name))
      .map((name) => `${workspace} must not depend on ${SCOPE}${name}`),
    ...ownPackages(manifest.devDependencies)
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
