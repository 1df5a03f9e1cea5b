import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { repositoryRoot } from "@heliograph/testkit/repository";
import { expect, test } from "vitest";
import { workspaceFolders } from "./workspaces.ts";

const { tasks, globalDependencies } = JSON.parse(readFileSync(path.join(repositoryRoot, "turbo.json"), "utf8")) as {
  tasks: Record<string, { inputs: readonly string[] }>;
  globalDependencies: readonly string[];
};

/** The files of the repository that a type check reads. */
function checkedFiles(project: string): string[] {
  const compiler = path.join(repositoryRoot, "node_modules", ".bin", "tsc");
  const files = execFileSync(compiler, ["-p", project, "--listFilesOnly"], { cwd: repositoryRoot, encoding: "utf8" });
  return files
    .split("\n")
    .map((file) => path.relative(repositoryRoot, path.resolve(repositoryRoot, file)))
    .filter((file) => file !== "" && !file.startsWith("..") && !file.split(path.sep).includes("node_modules"));
}

/** The manifests of the workspaces with these files: they decide which file an import names. */
function manifestsOf(files: readonly string[]): string[] {
  return workspaceFolders(repositoryRoot)
    .filter((folder) => files.some((file) => file.startsWith(`${folder}/`)))
    .map((folder) => `${folder}/package.json`);
}

// turbo reports an earlier result as long as the inputs are unchanged, so an error in any other file stays hidden.
test.each([
  ["types", "tsconfig.json"],
  ["types:web", "web/tsconfig.json"],
  ["types:loadtest", "loadtest/tsconfig.json"],
])("the inputs of the task %s contain every file that it checks", (task, project) => {
  const inputs = [...(tasks[`//#${task}`]?.inputs ?? []), ...globalDependencies];
  const files = checkedFiles(project);
  expect(files.length).toBeGreaterThan(10);
  const read = [project, ...files, ...manifestsOf(files)].filter((file) => existsSync(path.join(repositoryRoot, file)));
  expect(read.filter((file) => !inputs.some((input) => path.matchesGlob(file, input)))).toEqual([]);
});
