/**
 * `npm run chaos`: injects faults into real processes with real clients. Prints one JSON object to standard output and
 * progress to standard error. Exit code 1 when a promise was broken.
 */
import { writeFileSync } from "node:fs";
import { availableParallelism, loadavg } from "node:os";
import { readOptions } from "@heliograph/testkit/process/read-options";
import { stopRequest } from "@heliograph/testkit/process/stop-request";
import { parseChaosOptions, usage } from "./options.ts";
import { runWorkers } from "./run-workers.ts";

const options = readOptions(() => parseChaosOptions(process.argv.slice(2)), usage);
const signal = stopRequest();
const { json, workers, ...task } = options;
const began = performance.now();
const result = await runWorkers(
  { ...task, leniencyMs: 0, signal, report: (line) => process.stderr.write(`${line}\n`) },
  workers,
);
const machine = { node: process.version, cpus: availableParallelism(), load: loadavg()[0] };
const { seed, clients, scale } = options;
const took = Math.round((performance.now() - began) / 1_000);
const facts = { chaos: new Date().toISOString(), machine, seed, seconds: took, clients, workers, scale };
const text = `${JSON.stringify({ ...facts, ...result }, null, 2)}\n`;
process.stdout.write(text);
if (json !== null) writeFileSync(json, text);
process.exit(result.total.broken ? 1 : 0);
