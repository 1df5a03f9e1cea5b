/** `npm run bench -- <name> [options]`: runs one benchmark of verification/bench/src/ and prints its result as JSON. */
import { globSync } from "node:fs";
import { availableParallelism, loadavg } from "node:os";
import path from "node:path";

const folder = import.meta.dirname;
const names = globSync("*.bench.ts", { cwd: folder }).map((file) => path.basename(file, ".bench.ts"));
const [name, ...args] = process.argv.slice(2);

if (name === undefined || !names.includes(name)) {
  const problem = name === undefined ? "Name a benchmark." : `There is no benchmark ${name}.`;
  process.stderr.write(
    `${problem}\nusage: npm run bench -- <name> [options]\nBenchmarks: ${names.sort().join(", ")}\n`,
  );
  process.exit(2);
}
const { run } = (await import(path.join(folder, `${name}.bench.ts`))) as { run: (args: string[]) => Promise<object> };
const before = loadavg()[0];
const result = await run(args);
const machine = { node: process.version, cpus: availableParallelism(), loadBefore: before, loadAfter: loadavg()[0] };
console.log(JSON.stringify({ bench: name, at: new Date().toISOString(), machine, ...result }, null, 2));
process.exit();
