/** `npm run loadtest -- <scenario> [options]`: see loadtest/README.md. */
import { randomBytes } from "node:crypto";
import { availableParallelism, cpus, totalmem } from "node:os";
import path from "node:path";
import { stopRequest } from "@heliograph/testkit/process/stop-request";
import { LocalSite } from "./deployment/local-deployment.ts";
import { RemoteSite } from "./deployment/remote-deployment.ts";
import { findK6, K6Missing, k6Engine } from "./engines/k6-engine.ts";
import type { Scenario } from "./plan/scenario.ts";
import { mostSockets } from "./plan/workload.ts";
import { markdown } from "./report/markdown.ts";
import { makeReport, type Report } from "./report/report.ts";
import { resultsFolder, writeResults } from "./report/results-folder.ts";
import { checkLimits } from "./runner/open-files-limit.ts";
import { type LoadOptions, loadOptions, usageOf } from "./runner/options.ts";
import { readProfile, settingsFor } from "./runner/profile.ts";
import { nodeEngine, type Outcome, runScenario } from "./runner/run-scenario.ts";
import { scenarios } from "./scenarios/scenarios.ts";
import { type Study, studies } from "./studies/studies.ts";

const exitCodes = { passed: 0, failed: 99, invalid: 98 } as const;
const exUnavailable = 69;
const names = [...scenarios, ...studies].map(({ name }) => name);
const say = (line: string): void => void process.stderr.write(`${line}\n`);

function readOptions(): LoadOptions {
  try {
    const options = loadOptions(process.argv.slice(2), names);
    if (options) return options;
    process.stdout.write(`${usageOf(names)}\n`);
    process.exit(0);
  } catch (error) {
    say(`${error instanceof Error ? error.message : String(error)}\n\n${usageOf(names)}`);
    process.exit(2);
  }
}

async function runOne(options: LoadOptions, scenario: Scenario, settings: Record<string, number>, signal: AbortSignal) {
  const run = randomBytes(3).toString("hex");
  const engine = options.engine === "k6" ? k6Engine(await findK6()) : nodeEngine;
  const world = scenario.world(settings);
  checkLimits(mostSockets(scenario.crowds(settings), settings["socketsPerUser"] ?? 1));
  say("preparing …");
  await using site =
    options.targets.length > 0
      ? await RemoteSite.open({ options, world, actions: scenario.actions?.(settings) ?? [] })
      : await LocalSite.start({ run, world, env: scenario.clusterEnv });
  return await runScenario({ scenario, profile: options.profile, settings, site, engine, run, signal, say });
}

async function runStudy(study: Study, settings: Record<string, number>, signal: AbortSignal): Promise<Outcome> {
  const run = randomBytes(3).toString("hex");
  say("preparing …");
  await using site = await LocalSite.start({ run, world: study.world(settings), env: study.clusterEnv });
  return await study.run({ site, settings, signal, say });
}

function closing(report: Report, folder: string): void {
  say(markdown(report));
  say(`${report.scenario}: ${report.verdict}. Report: ${path.join(folder, "report.html")}`);
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
  const described = [...scenarios, ...studies].find(({ name }) => name === options.scenario);
  if (!described) throw new Error(`There is no scenario ${options.scenario}.`);
  const profile = readProfile(options.profile);
  const settings = settingsFor(described, { name: options.profile, numbers: profile }, options.changes);
  const signal = stopRequest();
  const study = studies.find(({ name }) => name === options.scenario);
  if (study && options.targets.length > 0)
    throw new Error(`${study.name} needs the database and starts its own cluster. Remedy: leave --target out.`);
  const outcome = study
    ? await runStudy(study, settings, signal)
    : await runOne(options, described as Scenario, settings, signal);
  const report = makeReport({
    scenario: described,
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
  closing(report, folder);
  return exitCodes[report.verdict];
}

try {
  process.exitCode = await main();
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  process.exitCode = error instanceof K6Missing ? exUnavailable : 1;
}
process.exit();
