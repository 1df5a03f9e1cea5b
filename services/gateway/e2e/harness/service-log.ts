import type { Cluster } from "@heliograph/testkit/cluster/cluster";
import { afterEach } from "vitest";

/** pino's number of "warn"; what is above explains a failure. */
const warn = 40;
const linesShown = 25;

function isTelling(line: string): boolean {
  try {
    return ((JSON.parse(line) as { level?: number }).level ?? warn) >= warn;
  } catch {
    return true;
  }
}

/** After a failed test, writes what the services complained of: their output is nowhere else. */
export function tellServiceLogsOnFailure(cluster: () => Cluster | undefined): void {
  afterEach(({ task }) => {
    if (task.result?.state !== "fail") return;
    for (const service of [...(cluster()?.gateways ?? []), ...(cluster()?.watchers ?? [])])
      for (const line of service.logs().filter(isTelling).slice(-linesShown))
        process.stderr.write(`${service.name}: ${line}\n`);
  });
}
