import { spawn } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import path from "node:path";
import type { CaughtBy } from "./mutant.ts";

/**
 * - caught: an assertion failed, or the simulation found a broken promise
 * - survived: all tests passed
 * - broken: the tests failed for another reason, such as code that does not load, which proves nothing
 */
export type Verdict = { readonly kind: "caught" | "survived" | "broken"; readonly why: string };

/**
 * The result of one run. `hung`: a test exceeded its time limit and none failed by an assertion, which proves something only
 * if the test ends without the mutant. `slowestMs`: duration of the slowest test; 0 for a simulation.
 */
export type RunResult = {
  readonly kind: Verdict["kind"] | "hung";
  readonly why: string;
  readonly slowestMs: number;
};

/** Schedules within which the simulation must find a mutant. */
const schedules = 3000;
/** Time limit of a run: one that hangs proves nothing. */
const limitMs = 20 * 60_000;

type Ended = { readonly code: number | null; readonly stdout: string; readonly stderr: string };

function run(root: string, args: readonly string[], signal: AbortSignal): Promise<Ended> {
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", ...args], {
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
    signal: AbortSignal.any([signal, AbortSignal.timeout(limitMs)]),
  });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk: Buffer) => {
    stdout += chunk.toString("utf8");
  });
  child.stderr.on("data", (chunk: Buffer) => {
    stderr += chunk.toString("utf8");
  });
  return new Promise((resolve, reject) => {
    child.once("error", (error) => {
      if (error.name === "AbortError") resolve({ code: null, stdout: "", stderr: "the run exceeded its time limit" });
      else reject(error);
    });
    child.once("close", (code) => resolve({ code, stdout, stderr }));
  });
}

type Finding = {
  readonly seed: number;
  readonly violations: readonly { readonly promise: string; readonly what: string }[];
};

/**
 * Runs the test or simulation that should catch the mutant applied in the tree.
 *
 * @param limitMs time limit of each test; null for the limits of its project
 */
export async function judge(
  root: string,
  caughtBy: CaughtBy,
  { limitMs, signal }: { limitMs: number | null; signal: AbortSignal },
): Promise<RunResult> {
  return "simulation" in caughtBy
    ? { ...(await judgeBySimulation(root, caughtBy.seed ?? 1, signal)), slowestMs: 0 }
    : judgeByTest(root, caughtBy, limitMs, signal);
}

async function judgeBySimulation(root: string, seed: number, signal: AbortSignal): Promise<Verdict> {
  const args = ["--schedules", String(schedules), "--seed", String(seed), "--workers", "1", "--first", "--no-keep"];
  const { code, stdout, stderr } = await run(root, ["verification/simulation/src/cli.ts", ...args], signal);
  if (code === 0) return { kind: "survived", why: `${schedules} schedules from seed ${seed} kept every promise` };
  if (code !== 1) return { kind: "broken", why: stderr.trim().split("\n")[0] ?? `exit code ${code}` };
  const { findings } = JSON.parse(stdout) as { findings: Finding[] };
  const [finding] = findings;
  return { kind: "caught", why: `seed ${finding?.seed}: ${finding?.violations[0]?.promise}` };
}

type Report = {
  readonly testResults: readonly {
    readonly message: string;
    readonly assertionResults: readonly {
      readonly status: string;
      readonly title: string;
      readonly duration?: number | null;
      readonly failureMessages: readonly string[];
    }[];
  }[];
};

/** Pattern of a test name for vitest; for parametrised tests the longest fixed part. */
function pattern(name: string): string {
  const fixed = name.split(/%[sdifjo]|\$\w+/).sort((a, b) => b.length - a.length)[0] ?? "";
  return fixed.trim().replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

/** First lines of failures by an expectation, and by the time limit of a test. */
const expectation = /^(AssertionError|Error: (expect|promise (resolved|rejected)))/m;
const timeout = /^(TestTimeoutError|Error: Test timed out)/m;

async function judgeByTest(
  root: string,
  { test, name, error }: { test: string; name?: string; error?: string },
  limitMs: number | null,
  signal: AbortSignal,
): Promise<RunResult> {
  const output = path.join(root, "mutant-report.json");
  rmSync(output, { force: true });
  const vitest = path.join(root, "node_modules", "vitest", "vitest.mjs");
  const project = /\.(pg|redis|cluster|browser)\.test\./.exec(test)?.[1] ?? "unit";
  const args = [vitest, "run", test, "--project", project, "--reporter", "json", "--outputFile", output];
  if (name !== undefined) args.push("-t", pattern(name));
  if (limitMs !== null) args.push("--testTimeout", String(limitMs));
  const { stderr, stdout } = await run(root, args, signal);
  let report: Report;
  try {
    report = JSON.parse(readFileSync(output, "utf8")) as Report;
  } catch {
    return { kind: "broken", why: (stderr || stdout).trim().split("\n")[0] ?? "no report", slowestMs: 0 };
  }
  const results = report.testResults.flatMap(({ assertionResults }) => assertionResults);
  const failed = results.filter(({ status }) => status === "failed");
  const ran = results.filter(({ status }) => status === "passed" || status === "failed");
  const slowestMs = Math.max(0, ...ran.map(({ duration }) => duration ?? 0));
  if (failed.length === 0) {
    const [message] = report.testResults.flatMap((file) => (file.message ? [file.message] : []));
    if (message || ran.length === 0)
      return { kind: "broken", why: message?.split("\n")[0] ?? "no test of that name", slowestMs };
    return { kind: "survived", why: `${ran.length} tests of ${test} passed`, slowestMs };
  }
  const failedBy = (matches: (text: string) => boolean) =>
    failed.find(({ failureMessages }) => failureMessages.some(matches));
  const assertion = failedBy((text) => expectation.test(text) || (error !== undefined && text.includes(error)));
  if (assertion) return { kind: "caught", why: assertion.title, slowestMs };
  const hung = failedBy((text) => timeout.test(text));
  if (hung) return { kind: "hung", why: hung.title, slowestMs };
  return { kind: "broken", why: failed[0]?.failureMessages[0]?.split("\n")[0] ?? "a test failed", slowestMs };
}
