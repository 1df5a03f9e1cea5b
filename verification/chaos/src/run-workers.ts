import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Resources } from "@heliograph/testkit/metrics/resource-watch";
import { FaultStats, type RawFaultStats } from "./fault-stats.ts";
import { type ChaosResult, type ChaosRun, runChaos } from "./run-chaos.ts";

/** Result of one worker process. */
export interface WorkerResult {
  readonly total: RawFaultStats;
  readonly faults: Readonly<Record<string, RawFaultStats>>;
  readonly evidence: readonly string[];
  readonly skipped: readonly string[];
  readonly resources: Resources;
}

/** Order to a worker. It writes its result to `file`, because the samples take megabytes. */
export type WorkerOrder = Omit<ChaosRun, "signal" | "report"> & { readonly file: string };

type Task = Omit<ChaosRun, "share">;

async function runWorker(task: Task, share: ChaosRun["share"], file: string): Promise<WorkerResult> {
  const { signal, report, ...rest } = task;
  const child = fork(path.join(import.meta.dirname, "worker.ts"), { stdio: ["ignore", "inherit", "inherit", "ipc"] });
  child.on("message", (line: string) => report(line));
  const stop = () => void child.kill("SIGTERM");
  signal.addEventListener("abort", stop, { once: true });
  const order: WorkerOrder = { ...rest, share, file };
  child.send(order);
  const [code] = (await once(child, "exit")) as [number | null];
  signal.removeEventListener("abort", stop);
  if (code !== 0) throw new Error(`Worker ${share.index + 1} exited with ${code ?? child.signalCode}.`);
  return JSON.parse(readFileSync(file, "utf8")) as WorkerResult;
}

/** Runs in this process, or divides the injections among several processes that share only the machine. */
export async function runWorkers(task: Task, workers: number): Promise<ChaosResult> {
  if (workers === 1) return runChaos({ ...task, share: { index: 0, of: 1 } });
  const folder = mkdtempSync(path.join(tmpdir(), "chaos-workers-"));
  const results = await Promise.all(
    Array.from({ length: workers }, (_, index) => {
      return runWorker(task, { index, of: workers }, path.join(folder, String(index)));
    }),
  ).finally(() => rmSync(folder, { recursive: true, force: true }));
  const total = new FaultStats();
  const faults: Record<string, FaultStats> = {};
  for (const result of results) {
    total.add(FaultStats.from(result.total));
    for (const [name, raw] of Object.entries(result.faults)) {
      const sum = faults[name] ?? new FaultStats();
      faults[name] = sum;
      sum.add(FaultStats.from(raw));
    }
  }
  return {
    total,
    faults,
    evidence: results.flatMap(({ evidence }) => evidence),
    skipped: [...new Set(results.flatMap(({ skipped }) => skipped))],
    resources: Object.assign({}, ...results.map(({ resources }) => resources)),
  };
}
