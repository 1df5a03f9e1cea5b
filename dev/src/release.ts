/**
 * `npm run release -- prepare <version>`: sets the version in every package.json and in the lock file, gives the unreleased
 * changes of CHANGELOG.md their version and date, and adds the version to releases.json with its schema, from which later
 * migrations start. Commits nothing, so that the result can be read first.
 *
 * `npm run release -- record`: packs the committed version and adds the commit and the hash of each file to its entry in
 * releases.json. A package can so be traced to its sources.
 */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { repositoryRoot } from "@heliograph/testkit/repository";
import { runNpm, runProgram } from "./check/run-program.ts";
import { workspaceFolders } from "./check/workspaces.ts";
import { packPackages } from "./pack/pack-packages.ts";
import { releaseChangelog } from "./release/changelog.ts";
import { withVersion } from "./release/manifest-version.ts";
import {
  compareVersions,
  isPrepared,
  type PackedPackage,
  parseReleases,
  withPackages,
} from "./release/release-list.ts";

const usage = "npm run release -- prepare <version> | npm run release -- record";

const at = (file: string): string => path.join(repositoryRoot, file);
const read = (file: string): string => readFileSync(at(file), "utf8");
const change = (file: string, edit: (text: string) => string): void => writeFileSync(at(file), edit(read(file)));
const git = (...args: string[]): string => execFileSync("git", args, { cwd: repositoryRoot, encoding: "utf8" }).trim();
const today = (): string => new Date().toISOString().slice(0, 10);

/** A release is made of committed files only; else the recorded commit would not be what was packed. */
function requireCleanTree(): void {
  if (git("status", "--porcelain") !== "") throw new Error("The working tree has changes: commit or stash them first.");
}

async function prepare(version: string): Promise<string> {
  const newest = parseReleases(read("releases.json")).at(-1);
  // The first release is compared with 0.0.0, which also refuses a version that has another form than 1.2.3.
  const last = newest?.version ?? "0.0.0";
  if (compareVersions(version, last) <= 0) throw new Error(`${version} is not newer than the last release, ${last}.`);
  if (newest && isPrepared(newest))
    throw new Error(`${newest.version} is prepared and not recorded. Run: npm run release -- record`);
  requireCleanTree();
  change("CHANGELOG.md", (text) => releaseChangelog(text, version, today()));
  for (const folder of [".", ...workspaceFolders(repositoryRoot)])
    change(path.join(folder, "package.json"), (text) => withVersion(text, version));
  const problems = [
    ...(await runNpm(["install", "--package-lock-only", "--ignore-scripts", "--loglevel=error"])),
    ...(await runProgram(process.execPath, [at("db/src/cli.ts"), "release"])),
  ];
  if (problems.length > 0) throw new Error(problems.join("\n"));
  return `Prepared ${version}. Next: npm run generate, npm run check, npm test, then commit "chore(release): ${version}".`;
}

function describePackage(file: string): PackedPackage {
  const name = path.basename(file);
  const workspace = /^heliograph-([a-z-]+)-\d/.exec(name)?.[1];
  const integrity = `sha512-${createHash("sha512").update(readFileSync(file)).digest("base64")}`;
  return { name: `@heliograph/${workspace}`, file: name, integrity };
}

async function record(): Promise<string> {
  requireCleanTree();
  const { version } = JSON.parse(read("package.json")) as { version: string };
  const folder = at("artifacts");
  const packages = (await packPackages(folder)).map(describePackage);
  change("releases.json", (text) => withPackages(text, version, { commit: git("rev-parse", "HEAD"), packages }));
  return `Recorded ${version}; its packages are in ${folder}. Next: commit "chore(release): record ${version}" and tag v${version}.`;
}

try {
  const [step, version, ...rest] = process.argv.slice(2);
  if (step === "prepare" && version !== undefined && rest.length === 0) console.log(await prepare(version));
  else if (step === "record" && version === undefined) console.log(await record());
  else {
    console.error(`usage: ${usage}`);
    process.exitCode = 2;
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
