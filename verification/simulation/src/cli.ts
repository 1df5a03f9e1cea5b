/**
 * `npm run simulate`. Prints one JSON object; the way there goes to standard error. Exit code 1 when a promise was
 * broken, 2 when the simulation itself failed.
 */
import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { drawPlan } from "./plan/draw-plan.ts";
import { keep } from "./run/corpus.ts";
import { parseOptions, type SimulateOptions, usage } from "./run/options.ts";
import { inOwnTask, runSeeds } from "./run/run-seeds.ts";
import { shrink } from "./run/shrink.ts";
import { simulate } from "./run/simulate.ts";
import { add, emptyTally, type Tally } from "./run/tally.ts";

const say = (line: string): void => void process.stderr.write(`${line}\n`);
const msPerHour = 3_600_000;
/** Shortening takes a hundred runs; more than a few findings usually have one cause. */
const mostKept = 5;
/**
 * Crashed processes of a schedule leave promises behind that nobody settles, some 400 kB a schedule. A worker of this many
 * stays near 1 GB, and then makes room for the next one.
 */
const schedulesPerProcess = 2_000;

/** A worker prints what it has after every few hundred schedules, so a run that is stopped loses little. */
function runWorker(
  options: SimulateOptions,
  seed: number,
  schedules: number,
  total: Tally,
  stop: AbortSignal,
): Promise<void> {
  const range = ["--seed", String(seed), "--schedules", String(schedules), ...(options.first ? ["--first"] : [])];
  const child = spawn(process.execPath, [...process.execArgv, fileURLToPath(import.meta.url), "--worker", ...range], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const end = (): void => void child.kill();
  stop.addEventListener("abort", end, { once: true });
  createInterface({ input: child.stdout }).on("line", (line) => {
    add(total, JSON.parse(line) as Tally);
    say(`${total.schedules} schedules, ${total.findings.length} broken`);
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => {
      if (code === 0 || stop.aborted) resolve();
      else reject(new Error(`a worker ended with ${code}`));
    });
  });
}

async function runAll(options: SimulateOptions): Promise<Tally> {
  const total = emptyTally();
  const report = (part: Tally): void => add(total, part);
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

/** Shortens what broke a promise and keeps it for the tests. */
async function keepFindings({ findings }: Tally): Promise<void> {
  for (const { seed, violations } of findings.slice(0, mostKept)) {
    const [first] = violations;
    if (!first) continue;
    const plan = await inOwnTask(() => shrink(drawPlan(seed), first.promise));
    const file = keep(`seed-${seed}`, { found: `${first.promise}: ${first.what}`, plan });
    say(`seed ${seed}: ${first.promise}: ${first.what}\n  kept in ${file}`);
    for (const action of plan.actions) say(`  ${JSON.stringify(action)}`);
  }
}

async function replay(seed: number, options: SimulateOptions): Promise<number> {
  const whole = drawPlan(seed);
  const outcome = await inOwnTask(() => simulate(whole));
  const [broken] = outcome.violations;
  const plan = broken ? await inOwnTask(() => shrink(whole, broken.promise)) : whole;
  for (const action of plan.actions) say(JSON.stringify(action));
  const again = await inOwnTask(() => simulate(plan, options.trace ? say : undefined));
  process.stdout.write(`${JSON.stringify({ seed, clients: plan.clients, endMs: plan.endMs, ...again }, null, 2)}\n`);
  return again.violations.length > 0 ? 1 : 0;
}

async function main(options: SimulateOptions): Promise<number> {
  if (options.replay !== null) return replay(options.replay, options);
  if (options.worker) {
    const print = (part: Tally): void => void process.stdout.write(`${JSON.stringify(part)}\n`);
    await runSeeds({ ...options, firstOnly: options.first }, print);
    return 0;
  }
  const begun = performance.now();
  const tally = await runAll(options);
  const seconds = Math.round((performance.now() - begun) / 100) / 10;
  const { virtualMs, findings, ...counts } = tally;
  const result = {
    seed: options.seed,
    ...counts,
    virtualHours: Math.round((virtualMs / msPerHour) * 10) / 10,
    seconds,
    violations: findings.length,
    findings: findings.slice(0, mostKept),
  };
  const text = `${JSON.stringify(result, null, 2)}\n`;
  process.stdout.write(text);
  if (options.json !== null) writeFileSync(options.json, text);
  if (options.keep) await keepFindings(tally);
  return findings.length > 0 ? 1 : 0;
}

try {
  const options = parseOptions(process.argv.slice(2));
  if (options) process.exitCode = await main(options);
  else process.stdout.write(`${usage}\n`);
} catch (error) {
  say(error instanceof Error ? (error.stack ?? error.message) : String(error));
  process.exitCode = 2;
}
