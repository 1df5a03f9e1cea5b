/**
 * `npm run test:full [part …]`: everything that verifies the product, in parts of at most an hour on two quiet cores. Without
 * a name it runs the parts that are not complete on this commit. Interrupted parts resume. The last line is
 * `N passed, N failed`.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { StopRequested, stopRequest } from "@heliograph/testkit/process/stop-request";
import { dataFolder, repositoryRoot } from "@heliograph/testkit/repository";
import { codeState } from "./full/code-state.ts";
import { type FullPart, fullParts, jsonFileOf, type Step, type StepResult } from "./full/part.ts";
import { Progress } from "./full/progress.ts";

const usage = `usage: npm run test:full -- [--list] [--again] [part ...]
Parts: ${fullParts.map(({ name, holds }) => `\n  ${name.padEnd(14)} ${holds}`).join("")}
  --list   show what has been run on this commit
  --again  run the named parts from their first step`;

/** Runs one step to its end and reads its result; a command that fails without a result counts as one failure. */
async function runStep(step: Step, jsonFile: string, signal: AbortSignal): Promise<StepResult> {
  rmSync(jsonFile, { force: true });
  const args = step.writesJson ? [...step.args, "--json", jsonFile] : step.args;
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", ...args], {
    cwd: repositoryRoot,
    env: { ...process.env, ...step.env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const stop = () => child.kill("SIGTERM");
  signal.addEventListener("abort", stop);
  const pieces: Buffer[] = [];
  child.stdout.on("data", (piece: Buffer) => {
    pieces.push(piece);
    if (!step.writesJson) process.stdout.write(piece);
  });
  const [code] = (await once(child, "close")) as [number | null];
  signal.removeEventListener("abort", stop);
  signal.throwIfAborted();
  try {
    const json: unknown = step.writesJson ? JSON.parse(readFileSync(jsonFile, "utf8")) : undefined;
    const result = step.result(json, Buffer.concat(pieces).toString("utf8"));
    // An exit code other than 0 is a failure whatever the result says.
    return code === 0 || result.failed > 0 ? result : { ...result, failed: 1 };
  } catch (error) {
    return { passed: 0, failed: 1, facts: `no result: ${error instanceof Error ? error.message : String(error)}` };
  }
}

async function runPart(part: FullPart, progress: Progress, folder: string, signal: AbortSignal): Promise<void> {
  // The folder is named after the code at the start.
  const code = path.basename(folder);
  if (progress.finished(part).some(({ failed }) => failed > 0)) progress.restart(part);
  for (const [index, step] of part.steps.entries()) {
    if (index < progress.finished(part).length) continue;
    const started = performance.now();
    const result = await runStep(step, jsonFileOf(folder, part, index), signal);
    const now = codeState(repositoryRoot).name;
    if (now !== code)
      throw new Error(
        `The code changed from ${code} to ${now} while ${step.name} ran, so its result is not kept. Run the command again.`,
      );
    const seconds = Math.round((performance.now() - started) / 1_000);
    progress.add(part, { name: step.name, at: new Date().toISOString(), seconds, ...result });
    console.log(
      `${part.name}: ${step.name}: ${result.passed} passed, ${result.failed} failed (${seconds} s; ${result.facts})`,
    );
    if (result.failed > 0) return;
  }
}

/** One line per part: what has run of it on this commit. */
function summary(part: FullPart, progress: Progress): string {
  const steps = progress.finished(part);
  const sum = (key: "passed" | "failed" | "seconds") => steps.reduce((total, step) => total + step[key], 0);
  const state = progress.isComplete(part) ? "complete" : `${steps.length} of ${part.steps.length} steps`;
  return `${part.name.padEnd(14)} ${state.padEnd(16)} ${sum("passed")} passed, ${sum("failed")} failed, ${sum("seconds")} s`;
}

const args = process.argv.slice(2);
const names = args.filter((arg) => !arg.startsWith("--"));
const unknown = [
  ...args.filter((arg) => arg.startsWith("--") && !["--list", "--again", "--help"].includes(arg)),
  ...names.filter((name) => !fullParts.some((part) => part.name === name)),
];
if (unknown.length > 0 || args.includes("--help")) {
  console.error(unknown.length > 0 ? `There is no part or option ${unknown.join(", ")}.\n${usage}` : usage);
  process.exit(unknown.length > 0 ? 2 : 0);
}

const { name: code, changed } = codeState(repositoryRoot);
const folder = path.join(dataFolder, "test-full", code);
if (changed) console.log("The working tree has changes: results are kept apart and prove nothing about the commit.");
const progress = new Progress(folder);
const chosen = names.length > 0 ? fullParts.filter(({ name }) => names.includes(name)) : fullParts;
if (!args.includes("--list")) {
  const signal = stopRequest();
  try {
    for (const part of chosen) {
      if (args.includes("--again")) progress.restart(part);
      if (!progress.isComplete(part)) await runPart(part, progress, folder, signal);
    }
  } catch (error) {
    if (!(error instanceof StopRequested)) throw error;
    console.error(`Stopped (${error.message}). Finished steps are kept; run the command again to continue.`);
  }
}
for (const part of chosen) console.log(summary(part, progress));
const finished = chosen.flatMap((part) => progress.finished(part));
const failed = finished.reduce((total, step) => total + step.failed, 0);
console.log(`${finished.reduce((total, step) => total + step.passed, 0)} passed, ${failed} failed`);
const incomplete = chosen.some((part) => !progress.isComplete(part));
process.exit(failed > 0 || (incomplete && !args.includes("--list")) ? 1 : 0);
