import { existsSync } from "node:fs";
import path from "node:path";
import { checkSchema } from "@heliograph/db";
import { type ScratchServer, startScratchServer } from "@heliograph/testkit/postgres/scratch-server";
import { templateDatabase } from "@heliograph/testkit/postgres/template-cluster";
import { repositoryRoot } from "@heliograph/testkit/repository";
import { generatedFiles, staleFiles } from "../generate/generated-files.ts";
import { checkDirections } from "./directions.ts";
import { importCycles } from "./import-graph.ts";
import { brokenLinks } from "./links.ts";
import { runNpm, runProgram } from "./run-program.ts";
import { exceededBudgets } from "./size-budgets.ts";
import { suiteNamesInProduct } from "./suite-names.ts";
import { workspaceFolders } from "./workspaces.ts";

/** One check of the repository. */
export interface Check {
  name: string;
  /** What to do when the check fails. */
  remedy: string;
  /** Resolves to a text for each problem. */
  run: () => Promise<string[]>;
}

/** Runs a task through turbo, which uses its cache if no input of the task has changed. */
function turboTask(task: string): Promise<string[]> {
  const turbo = path.join(repositoryRoot, "node_modules", ".bin", "turbo");
  const options = ["--ui=stream", "--output-logs=errors-only", "--log-prefix=none"];
  return runProgram(turbo, ["run", `//#${task}`, ...options]);
}

async function withMigratedServer(work: (server: ScratchServer) => Promise<string[]>): Promise<string[]> {
  await using server = await startScratchServer();
  if (server.failure !== null) throw server.failure;
  // Awaited here, because a returned promise would still run after the server is disposed.
  return await work(server);
}

async function databaseProblems(): Promise<string[]> {
  return withMigratedServer(async (server) => {
    const stale = staleFiles(await generatedFiles(server.url(templateDatabase.suite)));
    return [
      ...stale.map((file) => `${file} differs from the output of npm run generate`),
      ...(await checkSchema(server.url("postgres"))),
    ];
  });
}

/** Folders whose files and subfolders must not import each other in a cycle. */
const sourceFolders = [
  ...["packages/*/src", "services/*/src", "web/src", "web/build", "db"],
  ...["dev/src", "testkit/src", "verification/*/src", "loadtest"],
];

const typeTasks = [
  "types",
  "types:web",
  ...(existsSync(path.join(repositoryRoot, "loadtest", "tsconfig.json")) ? ["types:loadtest"] : []),
];

/** All checks of `npm run check`. */
export const checks: readonly Check[] = [
  ...typeTasks.map((task) => ({ name: task, remedy: "fix the type errors", run: () => turboTask(task) })),
  {
    name: "lint and format",
    remedy: "run npm run format, which fixes most findings; CONTRIBUTING.md gives the reason for each rule",
    run: () =>
      runProgram(path.join(repositoryRoot, "node_modules", ".bin", "biome"), [
        "check",
        "--error-on-warnings",
        "--colors=off",
      ]),
  },
  {
    name: "dependency directions",
    remedy: "move the code to a workspace that may depend on it, or discuss the table in dev/src/check/directions.ts",
    run: async () => checkDirections(repositoryRoot, workspaceFolders(repositoryRoot)),
  },
  {
    name: "product and suite",
    remedy: "call a hook (db/core/functions/002_hooks.sql) that the suite implements",
    run: async () => suiteNamesInProduct(repositoryRoot),
  },
  {
    name: "import cycles",
    remedy: "move the code that both need into a third file or folder",
    run: async () => importCycles(repositoryRoot, sourceFolders),
  },
  {
    name: "dead code",
    remedy: "delete the unused file, export or dependency; knip.jsonc lists the entry points",
    run: () =>
      runProgram(path.join(repositoryRoot, "node_modules", ".bin", "knip"), ["--no-progress", "--no-config-hints"]),
  },
  {
    name: "links between documents",
    remedy: "fix the link or its target",
    run: async () => brokenLinks(repositoryRoot),
  },
  {
    name: "generated files and schema",
    remedy: "run npm run generate and commit its output; a changed definition also needs a migration",
    run: databaseProblems,
  },
  {
    name: "size budgets",
    remedy:
      "load code lazily that the first page does not need, or remove it; dev/src/check/size-budgets.ts defines what is measured",
    run: exceededBudgets,
  },
  {
    name: "lock file",
    remedy: "run npm install; if a package lacks a platform, use its previous version",
    run: () => runNpm(["ci", "--dry-run", "--ignore-scripts", "--loglevel=error", "--no-audit", "--no-fund"]),
  },
];
