import { appendFileSync, mkdirSync } from "node:fs";
import path from "node:path";
import { SeededRandom } from "@heliograph/shared/seeded-random";
import { type Resources, ResourceWatch } from "@heliograph/testkit/metrics/resource-watch";
import { FaultStats } from "./fault-stats.ts";
import { faults } from "./faults/catalog.ts";
import type { Fault } from "./faults/fault.ts";
import { oracleScale, usualScale } from "./scale.ts";
import { Testbed } from "./testbed.ts";

/** Options of a run. */
export interface ChaosRun {
  /** No injection begins after this many seconds. */
  readonly seconds: number;
  /** At most this many injections, spread evenly over the faults. */
  readonly budget: number;
  readonly seed: number;
  /** Names of faults; empty: all. */
  readonly faults: readonly string[];
  readonly clients: number;
  readonly scale: "usual" | "oracle";
  /** Which share of the injections this process runs when several processes divide them. */
  readonly share: { readonly index: number; readonly of: number };
  readonly logs: string | null;
  /** Time beyond the promised 5 s before a client counts as late, for runs on a machine that is busy with other work. */
  readonly leniencyMs: number;
  /** Ends the run early. */
  readonly signal: AbortSignal;
  readonly report: (line: string) => void;
}

/** Figures and evidence of one run. */
export interface ChaosResult {
  readonly total: FaultStats;
  readonly faults: Readonly<Record<string, FaultStats>>;
  /** Every broken promise, with seed and injection, for diagnosis. */
  readonly evidence: readonly string[];
  /** Faults that this machine cannot inject. */
  readonly skipped: readonly string[];
  readonly resources: Resources;
}

function logSinkTo(folder: string | null): (name: string, line: string) => void {
  if (folder === null) return () => undefined;
  mkdirSync(folder, { recursive: true });
  return (name, line) => appendFileSync(path.join(folder, `${name}.log`), `${line}\n`);
}

/** All injections in order: rounds that contain each fault once. The order is the same for every share. */
function* injections(run: ChaosRun): Generator<Fault> {
  const random = new SeededRandom(run.seed);
  const chosen = faults.filter(({ name }) => run.faults.length === 0 || run.faults.includes(name));
  for (let n = 0; n < run.budget; ) for (const fault of random.shuffled(chosen)) if (n++ < run.budget) yield fault;
}

function* ownShare(run: ChaosRun): Generator<{ fault: Fault; n: number }> {
  let n = 0;
  for (const fault of injections(run)) if (n++ % run.share.of === run.share.index) yield { fault, n };
}

/** Starts a testbed, injects faults in random order until the budget or the time is used up, and stops everything. */
export async function runChaos(run: ChaosRun): Promise<ChaosResult> {
  const { seed, share, report } = run;
  const random = new SeededRandom(seed + 7919 * (share.index + 1));
  const evidence: string[] = [];
  const statsByFault: Record<string, FaultStats> = {};
  const skipped = new Set<string>();
  const total = new FaultStats();
  const watch = new ResourceWatch();
  report(`seed ${seed}${share.of > 1 ? ` share ${share.index + 1} of ${share.of}` : ""}: starting`);
  const logSink = logSinkTo(run.logs === null ? null : path.join(run.logs, String(share.index)));
  const start = async () => {
    const scale = run.scale === "oracle" ? oracleScale : usualScale;
    const ownDisk = run.faults.length === 0 || run.faults.includes("disk-full");
    const { clients, leniencyMs } = run;
    const testbed = await Testbed.start({
      random: random.fork(),
      clients,
      scale,
      ownDisk,
      leniencyMs,
      logSink,
      report,
    });
    watch.follow(testbed.cluster.services);
    return testbed;
  };
  let testbed = await start();
  try {
    const deadline = performance.now() + run.seconds * 1_000;
    for (const { fault, n } of ownShare(run)) {
      if (run.signal.aborted || performance.now() > deadline) break;
      const own = random.fork();
      if (fault.isSupported?.(testbed.cluster) === false) {
        skipped.add(fault.name);
        continue;
      }
      const label = `seed ${seed} injection ${n} ${fault.name}`;
      const began = performance.now();
      const outcome = await testbed.inject(fault, own, label).catch((error: unknown) => failed(error, label));
      evidence.push(...outcome.evidence);
      for (const line of outcome.evidence) logSink("evidence", line);
      const before = statsByFault[fault.name] ?? new FaultStats();
      statsByFault[fault.name] = before;
      before.add(outcome.stats);
      total.add(outcome.stats);
      report(`${label} (${Math.round(performance.now() - began)} ms): ${JSON.stringify(outcome.stats)}`);
      if (outcome.isClean) continue;
      report("  clients did not recover; restarting everything");
      await testbed[Symbol.asyncDispose]();
      testbed = await start();
    }
  } finally {
    await testbed[Symbol.asyncDispose]();
  }
  return { total, faults: statsByFault, evidence, skipped: [...skipped], resources: watch.result() };
}

/** Counts an aborted injection as a violation: it proves nothing and must not pass as clean. */
function failed(error: unknown, label: string): { stats: FaultStats; evidence: string[]; isClean: boolean } {
  const stats = new FaultStats();
  stats.runs = 1;
  stats.violations = 1;
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { stats, evidence: [`${label}: aborted: ${text}`], isClean: false };
}
