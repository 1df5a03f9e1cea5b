import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { accessSync, constants, createReadStream, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { createGunzip } from "node:zlib";
import { environment, k6Environment } from "../config.ts";
import { isMetric } from "../plan/metrics.ts";
import type { Plan } from "../plan/plan.ts";
import type { Recording } from "../report/recording.ts";
import { type Engine, type EngineParts, machineCores, runHere } from "../runner/run-scenario.ts";
import type { LiveTimeline } from "./live-timeline.ts";
import { type StartGate, startGate } from "./start-gate.ts";

/** There is no k6 that could be used. */
export class K6Missing extends Error {
  override readonly name = "K6Missing";
}

/** From this version on `k6/websockets` is there. */
const least = { major: 1, minor: 6 };
const remedy =
  "Remedy: install k6 1.6 or later (its site has packages for every system), or name it by K6_BIN=/path/to/k6; or run the same journeys without it: --engine node.";
/** Budgets that were not kept: no failure of k6. */
const thresholdsCrossed = 99;
/** k6 begins its scenarios right after setup; they go by the same clock, milliseconds. */
const leadMs = 1000;

function pathOf(places: typeof environment): string {
  if (places.k6 !== undefined) return places.k6;
  for (const folder of places.path.split(path.delimiter)) {
    const file = path.join(folder, "k6");
    try {
      accessSync(file, constants.X_OK);
      return file;
    } catch {
      // Not here.
    }
  }
  throw new K6Missing(`k6 is not on PATH. ${remedy}`);
}

/** The path of a k6 that is new enough. @throws {K6Missing} */
export async function findK6(places = environment): Promise<string> {
  const file = pathOf(places);
  let answer: string;
  try {
    answer = (await promisify(execFile)(file, ["version"], { env: k6Environment() })).stdout;
  } catch (error) {
    throw new K6Missing(`${file} does not run (${error instanceof Error ? error.message : error}). ${remedy}`);
  }
  const [, major, minor] = /v(\d+)\.(\d+)/.exec(answer) ?? [];
  const isOld =
    major === undefined ||
    Number(major) < least.major ||
    (Number(major) === least.major && Number(minor) < least.minor);
  if (isOld) throw new K6Missing(`${file} is ${answer.trim() || "no k6"}, too old. ${remedy}`);
  return file;
}

/** CPU time of another process, seconds; null where the system does not say. */
function cpuSecondsOf(pid: number | undefined): number | null {
  if (pid === undefined) return null;
  try {
    // After the name in parentheses, which may hold anything: fields 14 and 15, in hundredths of a second.
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
      .replace(/^.*\) /s, "")
      .split(" ");
    return (Number(fields[11]) + Number(fields[12])) / 100;
  } catch {
    return null;
  }
}

/** Reads what k6 has recorded into the same form as our own samples. */
export async function readSamples(file: string, recording: Recording): Promise<void> {
  const lines = createInterface({ input: createReadStream(file).pipe(createGunzip()), crlfDelay: Infinity });
  for await (const line of lines) {
    // Most lines are k6's own metrics: not worth parsing.
    if (!line.includes('"metric":"rt_') || !line.includes('"Point"')) continue;
    const { metric, data } = JSON.parse(line) as {
      metric: string;
      data: { time: string; value: number; tags?: Record<string, string> };
    };
    if (isMetric(metric)) recording.add(metric, data.value, Date.parse(data.time), data.tags);
  }
}

/** The engine of a k6 beside us. */
export function k6Engine(file: string): Engine {
  let pid: number | undefined;
  return {
    name: "k6",
    cpuSeconds: () => cpuSecondsOf(pid),
    cores: machineCores,
    async run(plan, timeline, parts) {
      const folder = mkdtempSync(path.join(tmpdir(), "hg-k6-"));
      try {
        await using gate = await startGate(() => timeline.begin(Date.now() + leadMs));
        const started = (found: number | undefined): void => {
          pid = found;
        };
        await Promise.all([runK6({ file, folder, plan, gate, parts, started }), besides(plan, timeline, parts)]);
        await readSamples(path.join(folder, "samples.json.gz"), parts.recording);
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    },
  };
}

/** Makes the journeys that k6 cannot make. Nobody is waited for: k6 does not wait either. */
async function besides(plan: Plan, timeline: LiveTimeline, parts: EngineParts): Promise<void> {
  const crowds = parts.crowds.filter((crowd) => crowd.kind === "connections" && crowd.onlyNode);
  if (crowds.length === 0) return;
  await timeline.begun;
  const { start, writeFrom, writeUntil, judgeAt, end } = timeline;
  await runHere(crowds, { ...parts, plan, timeline: { start, writeFrom, writeUntil, judgeAt, end } });
}

async function runK6(run: {
  file: string;
  folder: string;
  plan: Plan;
  gate: StartGate;
  parts: EngineParts;
  started: (pid: number | undefined) => void;
}): Promise<void> {
  const { file, folder, plan, gate, parts } = run;
  const write = (name: string, value: unknown): string => {
    const place = path.join(folder, name);
    writeFileSync(place, JSON.stringify(value));
    return place;
  };
  const variables = {
    GATE: gate.url,
    PLAN: write("plan.json", plan),
    USERS: write("users.json", parts.site.users),
    ROWS: write("rows.json", parts.site.rows),
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
    // Its summary is for people; standard output is for our JSON.
    { env: k6Environment(), stdio: ["ignore", process.stderr, process.stderr] },
  );
  run.started(child.pid);
  const stop = (): void => void child.kill("SIGINT");
  parts.signal.addEventListener("abort", stop, { once: true });
  const [code] = (await once(child, "exit")) as [number | null];
  parts.signal.removeEventListener("abort", stop);
  parts.signal.throwIfAborted();
  if (code !== 0 && code !== thresholdsCrossed) throw new Error(`k6 ended with exit code ${code}; it says above why.`);
}
