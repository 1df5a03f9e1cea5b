import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { accessSync, constants, createReadStream, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { createGunzip } from "node:zlib";
import { environment, k6Environment } from "../config.ts";
import { isMetric } from "../lib/metric.ts";
import type { Plan, Timeline } from "../lib/plan.ts";
import type { Crowd } from "../lib/shape.ts";
import type { Recording } from "../report/recording.ts";
import { type Engine, type EngineParts, machineCores, nodeEngine } from "./run-scenario.ts";

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
/** What k6 gets to start, milliseconds, and for each virtual user on top. */
const startMs = 5000;
const startPerUserMs = 5;

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

/** The engine of a k6 beside us. `lead`: seconds that it gets to start; null: as many as its virtual users need. */
export function k6Engine(file: string, lead: number | null): Engine {
  let pid: number | undefined;
  const users = (crowds: readonly Crowd[]): number =>
    crowds.reduce((sum, crowd) => sum + (crowd.kind === "connections" ? crowd.count : 100), 0);
  return {
    name: "k6",
    waits: false,
    leadMs: (crowds) => (lead === null ? startMs + startPerUserMs * users(crowds) : lead * 1000),
    cpuSeconds: () => cpuSecondsOf(pid),
    cores: machineCores,
    async run(plan, timeline, parts) {
      const folder = mkdtempSync(path.join(tmpdir(), "hg-k6-"));
      try {
        const besides = parts.crowds.filter((crowd) => crowd.kind === "connections" && crowd.onlyNode);
        const k6 = runK6({ file, folder, plan, timeline, parts, started: (found) => (pid = found) });
        await Promise.all([k6, nodeEngine.run(plan, timeline, { ...parts, crowds: besides })]);
        await readSamples(path.join(folder, "samples.json.gz"), parts.recording);
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    },
  };
}

async function runK6(run: {
  file: string;
  folder: string;
  plan: Plan;
  timeline: Timeline;
  parts: EngineParts;
  started: (pid: number | undefined) => void;
}): Promise<void> {
  const { file, folder, plan, timeline, parts } = run;
  const write = (name: string, value: unknown): string => {
    const place = path.join(folder, name);
    writeFileSync(place, JSON.stringify(value));
    return place;
  };
  const variables = {
    PLAN: write("plan.json", { plan, timeline }),
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
