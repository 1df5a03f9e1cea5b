import { fork } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import type { Resources } from "./resource-watch.ts";
import { type ChaosResult, type ChaosRun, runChaos } from "./run-chaos.ts";
import { type RawTally, Tally } from "./tally.ts";

/** What a worker came to. */
interface RawResult {
  readonly total: RawTally;
  readonly faults: Readonly<Record<string, RawTally>>;
  readonly evidence: readonly string[];
  readonly skipped: readonly string[];
  readonly resources: Resources;
}

/** What a worker says. */
export type WorkerNews = { readonly line: string } | { readonly result: RawResult };

type Task = Omit<ChaosRun, "share">;

async function runWorker(task: Task, share: ChaosRun["share"]): Promise<RawResult> {
  const { signal, report, ...rest } = task;
  const child = fork(path.join(import.meta.dirname, "worker.ts"), { stdio: ["ignore", "inherit", "inherit", "ipc"] });
  let result: RawResult | undefined;
  child.on("message", (news: WorkerNews) => {
    if ("line" in news) report(news.line);
    else result = news.result;
  });
  const stop = () => void child.kill("SIGTERM");
  signal.addEventListener("abort", stop, { once: true });
  child.send({ ...rest, share });
  // Every message was received by then; the exit may be noticed earlier.
  await Promise.all([once(child, "exit"), once(child, "disconnect")]);
  signal.removeEventListener("abort", stop);
  if (result === undefined) throw new Error(`Worker ${share.index + 1} ended without a result (${child.exitCode}).`);
  return result;
}

/** One run in this process, or its injections divided among several, which share nothing but the machine. */
export async function runWorkers(task: Task, workers: number): Promise<ChaosResult> {
  if (workers === 1) return runChaos({ ...task, share: { index: 0, of: 1 } });
  const results = await Promise.all(
    Array.from({ length: workers }, (_, index) => runWorker(task, { index, of: workers })),
  );
  const total = new Tally();
  const faults: Record<string, Tally> = {};
  for (const result of results) {
    total.add(Tally.from(result.total));
    for (const [name, raw] of Object.entries(result.faults)) {
      const sum = faults[name] ?? new Tally();
      faults[name] = sum;
      sum.add(Tally.from(raw));
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
