/** A process that injects its share of the faults. Started by run-workers.ts, which sends what to do. */
import { once } from "node:events";
import { type ChaosRun, runChaos } from "./run-chaos.ts";
import type { WorkerNews } from "./run-workers.ts";

const stop = new AbortController();
// The end of whoever started it, and Ctrl-C, which reaches the whole group.
process.on("disconnect", () => stop.abort());
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => stop.abort());

const tell = (news: WorkerNews) => void (process.connected && process.send?.(news));
const [run] = (await once(process, "message")) as [Omit<ChaosRun, "signal" | "report">];
const { total, faults, evidence, skipped, resources } = await runChaos({
  ...run,
  signal: stop.signal,
  report: (line) => tell({ line }),
});
const raw = Object.fromEntries(Object.entries(faults).map(([name, tally]) => [name, tally.raw]));
const news: WorkerNews = { result: { total: total.raw, faults: raw, evidence, skipped, resources } };
// Not before it is sent: megabytes of samples do not fit into one write.
process.send?.(news, () => process.disconnect());
