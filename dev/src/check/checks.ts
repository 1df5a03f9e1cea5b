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

/** One thing that must hold. */
export interface Check {
  name: string;
  /** What to do when it does not. */
  remedy: string;
  /** Describes each problem; empty when there is none. */
  run: () => Promise<string[]>;
}

/** Through turbo, which answers from its cache when no file of the task has changed. */
function turboTask(task: string): Promise<string[]> {
  const turbo = path.join(repositoryRoot, "node_modules", ".bin", "turbo");
  const options = ["--ui=stream", "--output-logs=errors-only", "--log-prefix=none"];
  return runProgram(turbo, ["run", `//#${task}`, ...options]);
}

async function withMigratedServer(work: (server: ScratchServer) => Promise<string[]>): Promise<string[]> {
  await using server = await startScratchServer();
  if (server.failure !== null) throw server.failure;
  // Awaited here: returned as a promise, it would outlive the server.
  return await work(server);
}

async function databaseProblems(): Promise<string[]> {
  return withMigratedServer(async (server) => {
    const stale = staleFiles(await generatedFiles(server.url(templateDatabase.suite)));
    return [
      ...stale.map((file) => `${file} is not what npm run generate writes`),
      ...(await checkSchema(server.url("postgres"))),
    ];
  });
}

/** Folders whose files and rooms must not import each other in a circle. */
const sourceFolders = [
  ...["packages/*/src", "services/*/src", "web/src", "db"],
  ...["dev/src", "testkit/src", "verification/*/src", "loadtest"],
];

const typeTasks = [
  "types",
  "types:web",
  ...(existsSync(path.join(repositoryRoot, "loadtest", "tsconfig.json")) ? ["types:loadtest"] : []),
];

/** Everything that `npm run check` looks at. */
export const checks: readonly Check[] = [
  ...typeTasks.map((task) => ({ name: task, remedy: "correct the types", run: () => turboTask(task) })),
  {
    name: "lint and format",
    remedy: "npm run format corrects what can be corrected; CONTRIBUTING gives the reason of each rule",
    run: () =>
      runProgram(path.join(repositoryRoot, "node_modules", ".bin", "biome"), [
        "check",
        "--error-on-warnings",
        "--colors=off",
      ]),
  },
  {
    name: "dependency directions",
    remedy: "move the code to where it may be, or discuss the table in dev/src/check/directions.ts",
    run: async () => checkDirections(repositoryRoot, workspaceFolders(repositoryRoot)),
  },
  {
    name: "product and suite",
    remedy: "the product calls a hook (db/core/functions/002_hooks.sql), which the suite fills",
    run: async () => suiteNamesInProduct(repositoryRoot),
  },
  {
    name: "import cycles",
    remedy: "move what both need into a file, or a room, below both",
    run: async () => importCycles(repositoryRoot, sourceFolders),
  },
  {
    name: "dead code",
    remedy: "delete the file, export or dependency that nothing uses; knip.json names entry points",
    run: () =>
      runProgram(path.join(repositoryRoot, "node_modules", ".bin", "knip"), ["--no-progress", "--no-config-hints"]),
  },
  {
    name: "links between documents",
    remedy: "correct the link, or the document that it leads to",
    run: async () => brokenLinks(repositoryRoot),
  },
  {
    name: "generated files and schema",
    remedy: "npm run generate, then commit what it wrote; a changed definition also needs a migration",
    run: databaseProblems,
  },
  {
    name: "size budgets",
    remedy: "load later what the first page does not need, or drop it; dev/src/check/size-budgets.ts says what counts",
    run: exceededBudgets,
  },
  {
    name: "lock file",
    remedy: "npm install, and take the version before of a package that lacks some platform",
    run: () => runNpm(["ci", "--dry-run", "--ignore-scripts", "--loglevel=error", "--no-audit", "--no-fund"]),
  },
];
