import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { accessSync, constants, createReadStream, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { createGunzip } from "node:zlib";
import { environment, k6Environment } from "../config.ts";
import { isMetric } from "../plan/metrics.ts";
import type { Plan } from "../plan/plan.ts";
import type { Recording } from "../report/recording.ts";
import type { Engine, EngineParts } from "./engine.ts";
import type { LiveTimeline } from "./live-timeline.ts";
import { runInProcess } from "./node-engine.ts";
import { type StartGate, startGate } from "./start-gate.ts";

/** No usable k6 was found. */
export class K6Unavailable extends Error {
  override readonly name = "K6Unavailable";
}

/** The first version with `k6/websockets`. */
const minVersion = { major: 1, minor: 6 };
const remedy =
  "Remedy: install k6 1.6 or later (its site has packages for every system) or set K6_BIN=/path/to/k6. To run the same journeys without k6: --engine node.";
/** Exit code of k6 when a threshold was crossed: a failed budget, not a failure of k6. */
const thresholdsCrossed = 99;
/** k6 starts its scenarios shortly after setup and follows the same timeline, so the timeline begins this much later. */
const leadMs = 1000;

function pathOf(places: typeof environment): string {
  if (places.k6 !== undefined) return places.k6;
  for (const folder of places.path.split(path.delimiter)) {
    const file = path.join(folder, "k6");
    try {
      accessSync(file, constants.X_OK);
      return file;
    } catch {
      // Not in this folder.
    }
  }
  throw new K6Unavailable(`k6 is not on PATH. ${remedy}`);
}

/**
 * Finds k6 and checks its version. Returns its path.
 * @throws {K6Unavailable} with the remedy
 */
export async function findK6(places = environment): Promise<string> {
  const file = pathOf(places);
  let output: string;
  try {
    output = (await promisify(execFile)(file, ["version"], { env: k6Environment() })).stdout;
  } catch (error) {
    throw new K6Unavailable(`${file} does not run (${error instanceof Error ? error.message : error}). ${remedy}`);
  }
  const [, major, minor] = /v(\d+)\.(\d+)/.exec(output) ?? [];
  const isOld =
    major === undefined ||
    Number(major) < minVersion.major ||
    (Number(major) === minVersion.major && Number(minor) < minVersion.minor);
  if (isOld) throw new K6Unavailable(`${file} is ${output.trim() || "not k6"}, which is too old. ${remedy}`);
  return file;
}

/** CPU time of another process, seconds; null on systems without /proc. */
function cpuSecondsOf(pid: number | undefined): number | null {
  if (pid === undefined) return null;
  try {
    // Fields 14 and 15, in hundredths of a second. The name in parentheses before them may contain spaces.
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
      .replace(/^.*\) /s, "")
      .split(" ");
    return (Number(fields[11]) + Number(fields[12])) / 100;
  } catch {
    return null;
  }
}

/** Adds the samples of k6's results file to the recording. */
async function readSamples(file: string, recording: Recording): Promise<void> {
  const lines = createInterface({ input: createReadStream(file).pipe(createGunzip()), crlfDelay: Infinity });
  for await (const line of lines) {
    // Most lines are k6's own metrics, which are not worth parsing.
    if (!line.includes('"metric":"rt_') || !line.includes('"Point"')) continue;
    const { metric, data } = JSON.parse(line) as {
      metric: string;
      data: { time: string; value: number; tags?: Record<string, string> };
    };
    if (isMetric(metric)) recording.add(metric, data.value, Date.parse(data.time), data.tags);
  }
}

/** The engine that runs the journeys in a k6 process. */
export function k6Engine(file: string): Engine {
  let pid: number | undefined;
  return {
    name: "k6",
    cpuSeconds: () => cpuSecondsOf(pid),
    cores: availableParallelism(),
    async run(plan, timeline, parts) {
      const folder = mkdtempSync(path.join(tmpdir(), "hg-k6-"));
      try {
        await using gate = await startGate(() => timeline.begin(Date.now() + leadMs));
        const onStarted = (found: number | undefined): void => {
          pid = found;
        };
        await Promise.all([
          runK6({ file, folder, plan, gate, parts, onStarted }),
          runNodeOnlyWorkloads(plan, timeline, parts),
        ]);
        await readSamples(path.join(folder, "samples.json.gz"), parts.recording);
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    },
  };
}

/** Runs the journeys that k6 cannot run. They follow a fixed timeline, because k6 cannot postpone its own. */
async function runNodeOnlyWorkloads(plan: Plan, timeline: LiveTimeline, parts: EngineParts): Promise<void> {
  const workloads = parts.workloads.filter((workload) => workload.kind === "connections" && workload.onlyNode);
  if (workloads.length === 0) return;
  await timeline.started;
  const { start, writeFrom, writeUntil, verifyFrom, end } = timeline;
  await runInProcess(plan, { start, writeFrom, writeUntil, verifyFrom, end }, { ...parts, workloads });
}

async function runK6(run: {
  file: string;
  folder: string;
  plan: Plan;
  gate: StartGate;
  parts: EngineParts;
  onStarted: (pid: number | undefined) => void;
}): Promise<void> {
  const { file, folder, plan, gate, parts } = run;
  const writeJson = (name: string, value: unknown): string => {
    const target = path.join(folder, name);
    writeFileSync(target, JSON.stringify(value));
    return target;
  };
  const variables = {
    GATE: gate.url,
    PLAN: writeJson("plan.json", plan),
    USERS: writeJson("users.json", parts.deployment.users),
    ROWS: writeJson("rows.json", parts.deployment.rows),
  };
  const child = spawn(
    file,
    [
      "run",
      "--no-color",
      ...Object.entries(variables).flatMap(([name, value]) => ["-e", `${name}=${value}`]),
      "--out",
      `json=${path.join(folder, "samples.json.gz")}`,
      path.join(import.meta.dirname, "..", "k6", "main.ts"),
    ],
    // k6 prints its summary for people; standard output is reserved for the JSON result.
    { env: k6Environment(), stdio: ["ignore", process.stderr, process.stderr] },
  );
  run.onStarted(child.pid);
  const stop = (): void => void child.kill("SIGINT");
  parts.signal.addEventListener("abort", stop, { once: true });
  const [code] = (await once(child, "exit")) as [number | null];
  parts.signal.removeEventListener("abort", stop);
  parts.signal.throwIfAborted();
  if (code !== 0 && code !== thresholdsCrossed)
    throw new Error(`k6 failed with exit code ${code}; its output above says why.`);
}
