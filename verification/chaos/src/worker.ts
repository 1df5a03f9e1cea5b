/** Process that runs one share of the injections. run-workers.ts starts it and sends the order. */
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { runChaos } from "./run-chaos.ts";
import type { WorkerOrder, WorkerResult } from "./run-workers.ts";

const stop = new AbortController();
// "disconnect" means that the parent exited; Ctrl-C reaches the whole process group.
process.on("disconnect", () => stop.abort());
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => stop.abort());

const [{ file, ...run }] = (await once(process, "message")) as [WorkerOrder];
const { total, faults, evidence, skipped, resources } = await runChaos({
  ...run,
  signal: stop.signal,
  report: (line) => void (process.connected && process.send?.(line)),
});
const raw = Object.fromEntries(Object.entries(faults).map(([name, stats]) => [name, stats.raw]));
const result: WorkerResult = { total: total.raw, faults: raw, evidence, skipped, resources };
writeFileSync(file, JSON.stringify(result));
// Connections that faults have silenced would keep the process alive.
process.exit(0);
