/**
 * `npm run simulate`. Prints one JSON object to standard output and progress to standard error. Exit code 1 when a promise was
 * broken, 2 when the simulation itself failed.
 */
import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { addToCorpus } from "./run/corpus.ts";
import { parseOptions, type SimulateOptions, usage } from "./run/options.ts";
import { inOwnTask, runSeeds } from "./run/run-seeds.ts";
import { addSummary, emptySummary, type RunSummary } from "./run/run-summary.ts";
import { shrink } from "./run/shrink.ts";
import { simulate } from "./run/simulate.ts";
import { drawSchedule } from "./schedule/draw-schedule.ts";

const log = (line: string): void => void process.stderr.write(`${line}\n`);
const msPerHour = 3_600_000;
/** Most findings that are reduced and saved: reducing takes a hundred runs, and many findings usually have one cause. */
const maxSaved = 5;
/**
 * Schedules per worker process. Killed hosts leave promises that never settle, some 400 kB per schedule: after this many a
 * worker has about 1 GB and is replaced.
 */
const schedulesPerProcess = 2_000;

/** Runs one worker process. It prints its results after every few hundred schedules, so a stopped run loses little. */
function runWorker(
  options: SimulateOptions,
  seed: number,
  schedules: number,
  total: RunSummary,
  stop: AbortSignal,
): Promise<void> {
  const range = ["--seed", String(seed), "--schedules", String(schedules), ...(options.first ? ["--first"] : [])];
  const child = spawn(process.execPath, [...process.execArgv, fileURLToPath(import.meta.url), "--worker", ...range], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const end = (): void => void child.kill();
  stop.addEventListener("abort", end, { once: true });
  createInterface({ input: child.stdout }).on("line", (line) => {
    addSummary(total, JSON.parse(line) as RunSummary);
    log(`${total.schedules} schedules, ${total.findings.length} with broken promises`);
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => {
      if (code === 0 || stop.aborted) resolve();
      else reject(new Error(`a worker exited with code ${code}`));
    });
  });
}

async function runAll(options: SimulateOptions): Promise<RunSummary> {
  const total = emptySummary();
  const report = (part: RunSummary): void => addSummary(total, part);
  if (options.workers === 1) {
    await runSeeds({ ...options, firstOnly: options.first }, report);
    return total;
  }
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stop.abort());
  if (options.seconds > 0) setTimeout(() => stop.abort(), options.seconds * 1000).unref();
  const end = options.seed + options.schedules;
  let next = options.seed;
  const work = async (): Promise<void> => {
    while (next < end && !stop.signal.aborted && !(options.first && total.findings.length > 0)) {
      const seed = next;
      next += schedulesPerProcess;
      await runWorker(options, seed, Math.min(schedulesPerProcess, end - seed), total, stop.signal);
    }
  };
  await Promise.all(Array.from({ length: options.workers }, work));
  return total;
}

/** Reduces schedules that broke a promise and saves them for the tests. */
async function saveFindings({ findings }: RunSummary): Promise<void> {
  for (const { seed, violations } of findings.slice(0, maxSaved)) {
    const [first] = violations;
    if (!first) continue;
    const schedule = await inOwnTask(() => shrink(drawSchedule(seed), first.promise));
    const file = addToCorpus(`seed-${seed}`, { found: `${first.promise}: ${first.what}`, schedule });
    log(`seed ${seed}: ${first.promise}: ${first.what}\n  saved in ${file}`);
    for (const action of schedule.actions) log(`  ${JSON.stringify(action)}`);
  }
}

async function replay(seed: number, options: SimulateOptions): Promise<number> {
  const whole = drawSchedule(seed);
  const outcome = await inOwnTask(() => simulate(whole));
  const [broken] = outcome.violations;
  const schedule = broken ? await inOwnTask(() => shrink(whole, broken.promise)) : whole;
  for (const action of schedule.actions) log(JSON.stringify(action));
  const again = await inOwnTask(() => simulate(schedule, options.trace ? log : undefined));
  process.stdout.write(
    `${JSON.stringify({ seed, clients: schedule.clients, endMs: schedule.endMs, ...again }, null, 2)}\n`,
  );
  return again.violations.length > 0 ? 1 : 0;
}

async function main(options: SimulateOptions): Promise<number> {
  if (options.replay !== null) return replay(options.replay, options);
  if (options.worker) {
    const print = (part: RunSummary): void => void process.stdout.write(`${JSON.stringify(part)}\n`);
    await runSeeds({ ...options, firstOnly: options.first }, print);
    return 0;
  }
  const startedAt = performance.now();
  const summary = await runAll(options);
  const seconds = Math.round((performance.now() - startedAt) / 100) / 10;
  const { virtualMs, findings, ...counts } = summary;
  const result = {
    seed: options.seed,
    ...counts,
    virtualHours: Math.round((virtualMs / msPerHour) * 10) / 10,
    seconds,
    violations: findings.length,
    findings: findings.slice(0, maxSaved),
  };
  const text = `${JSON.stringify(result, null, 2)}\n`;
  process.stdout.write(text);
  if (options.json !== null) writeFileSync(options.json, text);
  if (options.keep) await saveFindings(summary);
  return findings.length > 0 ? 1 : 0;
}

function readOptions(): SimulateOptions | null {
  try {
    return parseOptions(process.argv.slice(2));
  } catch (error) {
    log(`${error instanceof Error ? error.message : String(error)}\n${usage}`);
    process.exit(2);
  }
}

try {
  const options = readOptions();
  if (options) process.exitCode = await main(options);
  else process.stdout.write(`${usage}\n`);
} catch (error) {
  log(error instanceof Error ? (error.stack ?? error.message) : String(error));
  process.exitCode = 2;
}
