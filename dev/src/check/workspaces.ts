import { globSync, readFileSync } from "node:fs";
import path from "node:path";

/** The folders of all workspaces of the repository, for example "packages/client". */
export function workspaceFolders(root: string): string[] {
  const { workspaces } = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8")) as { workspaces: string[] };
  const manifests = workspaces.flatMap((pattern) => globSync(`${pattern}/package.json`, { cwd: root }));
  return manifests.map((manifest) => path.dirname(manifest)).sort();
}
