/** `npm run loadtest -- <scenario> [options]`; see loadtest/README.md. */
import { randomBytes } from "node:crypto";
import { availableParallelism, cpus, totalmem } from "node:os";
import path from "node:path";
import { stopRequest } from "@heliograph/testkit/process/stop-request";
import { LocalDeployment } from "./deployment/local-deployment.ts";
import { RemoteDeployment } from "./deployment/remote-deployment.ts";
import { findK6, K6Unavailable, k6Engine } from "./engines/k6-engine.ts";
import { nodeEngine } from "./engines/node-engine.ts";
import type { Scenario } from "./plan/scenario.ts";
import { maxSockets } from "./plan/workload.ts";
import { markdown } from "./report/markdown.ts";
import { createReport, type Report } from "./report/report.ts";
import { resultsFolder, writeResults } from "./report/results-folder.ts";
import { assertOpenFilesLimit } from "./runner/open-files-limit.ts";
import { parseOptions, type RunOptions, usageText } from "./runner/options.ts";
import { readProfile, settingsFor } from "./runner/profile.ts";
import { type Outcome, runScenario } from "./runner/run-scenario.ts";
import { scenarios } from "./scenarios/scenarios.ts";
import { studies } from "./studies/studies.ts";
import type { Study } from "./studies/study.ts";

const exitCodes = { passed: 0, failed: 99, invalid: 98 } as const;
/** EX_UNAVAILABLE of sysexits.h. */
const noK6ExitCode = 69;
const names = [...scenarios, ...studies].map(({ name }) => name);
const log = (line: string): void => void process.stderr.write(`${line}\n`);

function readOptions(): RunOptions {
  try {
    const options = parseOptions(process.argv.slice(2), names);
    if (options) return options;
    process.stdout.write(`${usageText(names)}\n`);
    process.exit(0);
  } catch (error) {
    log(`${error instanceof Error ? error.message : String(error)}\n\n${usageText(names)}`);
    process.exit(2);
  }
}

async function runOne(options: RunOptions, scenario: Scenario, settings: Record<string, number>, signal: AbortSignal) {
  const run = randomBytes(3).toString("hex");
  const engine = options.engine === "k6" ? k6Engine(await findK6()) : nodeEngine;
  const dataset = scenario.dataset(settings);
  assertOpenFilesLimit(maxSockets(scenario.workloads(settings), settings["socketsPerUser"] ?? 1));
  log("preparing the deployment");
  await using deployment =
    options.targets.length > 0
      ? await RemoteDeployment.open({ options, dataset, actions: scenario.actions?.(settings) ?? [] })
      : await LocalDeployment.start({ run, dataset, env: scenario.clusterEnv });
  return await runScenario({ scenario, profile: options.profile, settings, deployment, engine, run, signal, log });
}

async function runStudy(study: Study, settings: Record<string, number>, signal: AbortSignal): Promise<Outcome> {
  const run = randomBytes(3).toString("hex");
  log("preparing the deployment");
  await using deployment = await LocalDeployment.start({
    run,
    dataset: study.dataset(settings),
    env: study.clusterEnv,
  });
  return await study.run({ deployment, settings, signal, log });
}

/** Prints the report for people to standard error, and the measured budgets as JSON to standard output. */
function printSummary(report: Report, folder: string): void {
  log(markdown(report));
  log(`${report.scenario}: ${report.verdict}. Report: ${path.join(folder, "report.html")}`);
  const { scenario, startedAt, verdict, remarks, machine, budgets, latencies } = report;
  const measured = Object.fromEntries(
    budgets.map(({ metric, expression, value }) => [
      `${metric} ${expression}`,
      value === undefined ? null : Number(value.toPrecision(4)),
    ]),
  );
  process.stdout.write(
    `${JSON.stringify({ scenario, startedAt, verdict, remarks, machine, measured, latencies }, null, 2)}\n`,
  );
}

async function main(): Promise<number> {
  const options = readOptions();
  const definition = [...scenarios, ...studies].find(({ name }) => name === options.scenario);
  if (!definition) throw new Error(`There is no scenario ${options.scenario}.`);
  const values = readProfile(options.profile);
  const settings = settingsFor(definition, { name: options.profile, values }, options.overrides);
  const signal = stopRequest();
  const study = studies.find(({ name }) => name === options.scenario);
  if (study && options.targets.length > 0)
    throw new Error(`${study.name} needs the database and starts its own cluster. Remedy: omit --target.`);
  const outcome = study
    ? await runStudy(study, settings, signal)
    : await runOne(options, definition as Scenario, settings, signal);
  const report = createReport({
    scenario: definition,
    profile: options.profile,
    engine: study ? "node" : options.engine,
    settings,
    machine: {
      node: process.version,
      cpu: cpus()[0]?.model.trim() ?? "unknown",
      cores: availableParallelism(),
      memory: `${Math.round(totalmem() / 2 ** 30)} GB`,
    },
    ...outcome,
  });
  const folder = options.out ?? resultsFolder(options.scenario);
  writeResults(folder, report);
  printSummary(report, folder);
  return exitCodes[report.verdict];
}

try {
  process.exitCode = await main();
} catch (error) {
  log(error instanceof Error ? error.message : String(error));
  process.exitCode = error instanceof K6Unavailable ? noK6ExitCode : 1;
}
process.exit();
