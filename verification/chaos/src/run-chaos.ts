import { appendFileSync, mkdirSync } from "node:fs";
import path from "node:path";
import { SeededRandom } from "@heliograph/shared/seeded-random";
import { type Resources, ResourceWatch } from "@heliograph/testkit/metrics/resource-watch";
import { faults } from "./faults/catalog.ts";
import type { Fault } from "./faults/fault.ts";
import { Ground } from "./ground.ts";
import { oracleScale, usualScale } from "./scale.ts";
import { Tally } from "./tally.ts";

/** Parts of a run. */
export interface ChaosRun {
  /** No new injection begins after so many seconds. */
  readonly seconds: number;
  /** Nor after so many injections, which are as many of each fault as possible. */
  readonly budget: number;
  readonly seed: number;
  /** Names; empty: all. */
  readonly faults: readonly string[];
  readonly clients: number;
  readonly scale: "usual" | "oracle";
  /** This run's share of the injections, when several processes divide them among themselves. */
  readonly share: { readonly index: number; readonly of: number };
  readonly logs: string | null;
  /** What clients get beyond the promised 5 s before they count as late: for runs on a machine that does other things too. */
  readonly leniencyMs: number;
  /** Ends the run early. */
  readonly signal: AbortSignal;
  readonly report: (line: string) => void;
}

/** Figures and evidence of a run. */
export interface ChaosResult {
  readonly total: Tally;
  readonly faults: Readonly<Record<string, Tally>>;
  /** What was broken, with seed and injection, for whoever looks for the reason. */
  readonly evidence: readonly string[];
  /** What this machine cannot do. */
  readonly skipped: readonly string[];
  readonly resources: Resources;
}

function logSinkTo(folder: string | null): (name: string, line: string) => void {
  if (folder === null) return () => undefined;
  mkdirSync(folder, { recursive: true });
  return (name, line) => appendFileSync(path.join(folder, `${name}.log`), `${line}\n`);
}

/** All injections in order: rounds in which each fault comes once. The same for every share. */
function* injections(run: ChaosRun): Generator<Fault> {
  const random = new SeededRandom(run.seed);
  const chosen = faults.filter(({ name }) => run.faults.length === 0 || run.faults.includes(name));
  for (let n = 0; n < run.budget; ) for (const fault of random.shuffled(chosen)) if (n++ < run.budget) yield fault;
}

function* ownShare(run: ChaosRun): Generator<{ fault: Fault; n: number }> {
  let n = 0;
  for (const fault of injections(run)) if (n++ % run.share.of === run.share.index) yield { fault, n };
}

/** Starts everything, injects faults in random order until budget or time is over, and stops everything. */
export async function runChaos(run: ChaosRun): Promise<ChaosResult> {
  const { seed, share, report } = run;
  const random = new SeededRandom(seed + 7919 * (share.index + 1));
  const evidence: string[] = [];
  const tallies: Record<string, Tally> = {};
  const skipped = new Set<string>();
  const total = new Tally();
  const watch = new ResourceWatch();
  report(`seed ${seed}${share.of > 1 ? ` share ${share.index + 1} of ${share.of}` : ""}: starting`);
  const logSink = logSinkTo(run.logs === null ? null : path.join(run.logs, String(share.index)));
  const start = async () => {
    const scale = run.scale === "oracle" ? oracleScale : usualScale;
    const ownDisk = run.faults.length === 0 || run.faults.includes("disk-full");
    const { clients, leniencyMs } = run;
    const ground = await Ground.start({ random: random.fork(), clients, scale, ownDisk, leniencyMs, logSink, report });
    watch.follow(ground.site.services);
    return ground;
  };
  let ground = await start();
  try {
    const deadline = performance.now() + run.seconds * 1_000;
    for (const { fault, n } of ownShare(run)) {
      if (run.signal.aborted || performance.now() > deadline) break;
      const own = random.fork();
      if (fault.possible?.(ground.site) === false) {
        skipped.add(fault.name);
        continue;
      }
      const label = `seed ${seed} injection ${n} ${fault.name}`;
      const began = performance.now();
      const outcome = await ground.inject(fault, own, label).catch((error: unknown) => failed(error, label));
      evidence.push(...outcome.evidence);
      for (const line of outcome.evidence) logSink("evidence", line);
      const before = tallies[fault.name] ?? new Tally();
      tallies[fault.name] = before;
      before.add(outcome.tally);
      total.add(outcome.tally);
      report(`${label} (${Math.round(performance.now() - began)} ms): ${JSON.stringify(outcome.tally)}`);
      if (outcome.whole) continue;
      report("  something was left behind: starting afresh");
      await ground[Symbol.asyncDispose]();
      ground = await start();
    }
  } finally {
    await ground[Symbol.asyncDispose]();
  }
  return { total, faults: tallies, evidence, skipped: [...skipped], resources: watch.result() };
}

/** An injection that could not be brought to its end proves nothing, and must not pass for a clean one. */
function failed(error: unknown, label: string): { tally: Tally; evidence: string[]; whole: boolean } {
  const tally = new Tally();
  tally.runs = 1;
  tally.violations = 1;
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { tally, evidence: [`${label}: not brought to its end: ${text}`], whole: false };
}
