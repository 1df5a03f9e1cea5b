import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { repositoryRoot } from "@heliograph/testkit/repository";
import { afterEach, expect, test } from "vitest";
import { checkDirections, wrongDirections } from "./directions.ts";
import { workspaceFolders } from "./workspaces.ts";

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function repositoryWith(manifests: Record<string, object>): string {
  const root = mkdtempSync(path.join(tmpdir(), "hg-directions-"));
  folders.push(root);
  for (const [workspace, manifest] of Object.entries(manifests)) {
    mkdirSync(path.join(root, workspace), { recursive: true });
    writeFileSync(path.join(root, workspace, "package.json"), JSON.stringify(manifest));
  }
  return root;
}

test("the workspaces of this repository follow the table", () => {
  expect(checkDirections(repositoryRoot, workspaceFolders(repositoryRoot))).toEqual([]);
});

test("a dependency against the direction is found", () => {
  const root = repositoryWith({
    "packages/protocol": { dependencies: { "@heliograph/server-kit": "0.1.0", typebox: "1.0.0" } },
  });
  expect(checkDirections(root, ["packages/protocol"])).toEqual([
    "packages/protocol must not depend on @heliograph/server-kit",
  ]);
});

test("a dependency that is allowed only in tests is found in production", () => {
  expect(wrongDirections("web", { dependencies: { "@heliograph/testkit": "0.1.0" } })).toHaveLength(1);
  expect(wrongDirections("web", { devDependencies: { "@heliograph/testkit": "0.1.0" } })).toEqual([]);
});

test.each(["dependencies", "peerDependencies", "optionalDependencies", "devDependencies"] as const)(
  "%s are checked",
  (group) => {
    expect(wrongDirections("packages/client", { [group]: { "@heliograph/db": "0.1.0" } })).toHaveLength(1);
  },
);

test("a workspace that is missing from the table is an error", () => {
  expect(wrongDirections("packages/new", {})).toHaveLength(1);
});
