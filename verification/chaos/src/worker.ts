/** A process that injects its share of the faults. Started by run-workers.ts, which sends what to do. */
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { runChaos } from "./run-chaos.ts";
import type { WorkerOrder, WorkerResult } from "./run-workers.ts";

const stop = new AbortController();
// The end of whoever started it, and Ctrl-C, which reaches the whole group.
process.on("disconnect", () => stop.abort());
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => stop.abort());

const [{ file, ...run }] = (await once(process, "message")) as [WorkerOrder];
const { total, faults, evidence, skipped, resources } = await runChaos({
  ...run,
  signal: stop.signal,
  report: (line) => void (process.connected && process.send?.(line)),
});
const raw = Object.fromEntries(Object.entries(faults).map(([name, tally]) => [name, tally.raw]));
const result: WorkerResult = { total: total.raw, faults: raw, evidence, skipped, resources };
writeFileSync(file, JSON.stringify(result));
// Connections that the faults have silenced would keep the process.
process.exit(0);
