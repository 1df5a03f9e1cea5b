/**
 * `npm run chaos`: real processes, real clients, faults. Prints one JSON object; the way there goes to standard error.
 * Exit code 1 when a promise was broken.
 */
import { writeFileSync } from "node:fs";
import { availableParallelism, loadavg } from "node:os";
import { parseChaosOptions, usage } from "./chaos/options.ts";
import { runChaos } from "./chaos/run-chaos.ts";
import { readOptions } from "./process/read-options.ts";
import { stopRequest } from "./process/stop-request.ts";

const options = readOptions(() => parseChaosOptions(process.argv.slice(2)), usage);
const signal = stopRequest();
const result = await runChaos({ ...options, signal, report: (line) => process.stderr.write(`${line}\n`) });
const machine = { node: process.version, cpus: availableParallelism(), load: loadavg()[0] };
const text = `${JSON.stringify({ chaos: new Date().toISOString(), machine, ...result }, null, 2)}\n`;
process.stdout.write(text);
if (options.json !== null) writeFileSync(options.json, text);
process.exit(result.total.broken ? 1 : 0);
