/**
 * A stand-in for the k6 program, for tests on machines without k6. It implements `version`, and `run` of one script with
 * setup, the executors "per-vu-iterations" and "ramping-arrival-rate", thresholds, and samples as gzipped JSON. All virtual
 * users run in one process, so the tests prove that the script fits k6's interface, not how k6 behaves under load.
 */
import { readFileSync } from "node:fs";
import { registerHooks } from "node:module";
import path from "node:path";
import process from "node:process";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { sleep } from "@heliograph/shared/sleep";
import type { Options } from "k6/options";
import { evaluateBudget } from "../../plan/budget.ts";
import { arrivalTimes } from "../../plan/workload.ts";
import { current, valuesOf, writeSamples } from "./state.ts";

type Script = Record<string, (data: unknown) => unknown> & { options: Options; setup?: () => unknown };
type Arriving = { startRate: number; stages: { target: number; duration: string }[] };

const thresholdsCrossed = 99;
const [command, ...rest] = process.argv.slice(2);
if (command === "version") {
  process.stdout.write("k6 v1.6.0 (stand-in)\n");
  process.exit();
}

const { values, positionals } = parseArgs({
  args: rest,
  allowPositionals: true,
  options: {
    e: { type: "string", multiple: true, short: "e" },
    out: { type: "string" },
    "no-color": { type: "boolean" },
  },
});

/** Provides what k6 provides to a script: variables and files through globals, and k6's own modules. */
function prepare(): void {
  const variables = (values.e ?? []).map((pair) => [
    pair.slice(0, pair.indexOf("=")),
    pair.slice(pair.indexOf("=") + 1),
  ]);
  Object.assign(globalThis, {
    __ENV: Object.fromEntries(variables),
    open: (file: string) => readFileSync(file, "utf8"),
  });
  const modules = pathToFileURL(path.join(import.meta.dirname, "modules.ts")).href;
  registerHooks({
    resolve: (specifier, context, next) =>
      specifier === "k6" || specifier.startsWith("k6/")
        ? {
            url:
              specifier === "k6/http" || specifier === "k6/execution"
                ? modules.replace("modules.ts", `${specifier.slice(3)}.ts`)
                : modules,
            shortCircuit: true,
          }
        : next(specifier, context),
  });
}

const milliseconds = (text: string): number =>
  text.endsWith("ms") ? Number.parseFloat(text) : 1000 * Number.parseFloat(text);

async function runScenario(name: string, scenario: object, script: Script, data: unknown): Promise<void> {
  const {
    exec,
    executor,
    startTime = "0s",
    vus = 0,
  } = scenario as { exec: string; executor: string; startTime?: string; vus?: number };
  await sleep(milliseconds(startTime));
  const iterate = (iterationInTest: number): unknown => {
    // The script reads the current iteration synchronously, before its first await.
    Object.assign(current, { name, iterationInTest });
    return script[exec]?.(data);
  };
  if (executor === "per-vu-iterations") {
    await Promise.all(Array.from({ length: vus }, (_, n) => iterate(n)));
    return;
  }
  if (executor !== "ramping-arrival-rate") throw new Error(`The stand-in does not implement the executor ${executor}.`);
  const { startRate, stages } = scenario as Arriving;
  const started = Date.now();
  const running: unknown[] = [];
  const shape = {
    startRate,
    stages: stages.map(({ target, duration }) => ({ target, seconds: milliseconds(duration) / 1000 })),
  };
  for (const at of arrivalTimes(shape)) {
    await sleep(Math.max(0, started + at - Date.now()));
    running.push(iterate(running.length));
  }
  await Promise.all(running);
}

prepare();
const script = (await import(pathToFileURL(positionals[0] ?? "").href)) as Script;
const { scenarios = {}, thresholds = {} } = script.options;
const data = script.setup?.();
await Promise.all(Object.entries(scenarios).map(([name, scenario]) => runScenario(name, scenario, script, data)));
writeSamples((values.out ?? "").replace(/^json=/, ""));
const crossed = Object.entries(thresholds).flatMap(([metric, expressions]) =>
  (expressions as string[]).filter(
    (expression) => !evaluateBudget({ metric: "rt_gaps", expression, why: "" }, valuesOf(metric)).met,
  ),
);
process.exit(crossed.length > 0 ? thresholdsCrossed : 0);
