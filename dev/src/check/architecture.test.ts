import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import { repositoryRoot } from "@heliograph/testkit/repository";
import { expect, test } from "vitest";
import { workspaceFolders } from "./workspaces.ts";

const architecture = readFileSync(path.join(repositoryRoot, "ARCHITECTURE.md"), "utf8");
const rows = architecture.split("\n").filter((line) => line.startsWith("| "));
/** Folders of test helpers; ARCHITECTURE.md describes them in one sentence. */
const helpers = /(^|\/)(testing|test|e2e|fixtures?)(\/|$)/;
/** Levels of folders below a workspace, for example src/sync/feed. */
const mostLevels = 3;

/** Folders below the workspaces that hold source files; paths relative to their workspace. */
const folders = workspaceFolders(repositoryRoot).flatMap((workspace) => {
  const files = globSync("**/*.{ts,tsx,sql}", {
    cwd: path.join(repositoryRoot, workspace),
    exclude: ["**/node_modules", "**/dist"],
  });
  const names = new Set(files.map((file) => path.dirname(file).split(path.sep).join("/")));
  return [...names].filter((folder) => !helpers.test(folder)).map((folder) => ({ workspace, folder }));
});

/** Whether a row links to the folder, or links to its parent and contains its name as code. */
function isNamed(folder: string): boolean {
  if (rows.some((row) => row.includes(`](${folder}/)`))) return true;
  const { dir, base } = path.posix.parse(folder);
  return rows.some((row) => row.includes(`](${dir}/)`) && row.includes(`\`${base}\``));
}

test("ARCHITECTURE.md names every folder of source files", () => {
  expect(folders.length).toBeGreaterThan(80);
  const inside = folders.filter(({ folder }) => folder !== "." && folder !== "src");
  expect(inside.map(({ workspace, folder }) => `${workspace}/${folder}`).filter((folder) => !isNamed(folder))).toEqual(
    [],
  );
});

test("folders are at most three levels deep in a workspace", () => {
  expect(folders.filter(({ folder }) => folder.split("/").length > mostLevels)).toEqual([]);
});

test("ARCHITECTURE.md fits two screens of sixty lines", () => {
  expect(architecture.split("\n").length).toBeLessThanOrEqual(120);
});
