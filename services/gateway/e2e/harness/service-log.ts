import type { Cluster } from "@heliograph/testkit/cluster/cluster";
import { afterEach } from "vitest";

/** pino's level "warn". */
const warn = 40;
const maxLines = 25;

function isWarning(line: string): boolean {
  try {
    return ((JSON.parse(line) as { level?: number }).level ?? warn) >= warn;
  } catch {
    return true;
  }
}

/** After a failed test, prints the last warnings and errors of the services, whose output is not stored anywhere. */
export function printServiceLogsOnFailure(cluster: () => Cluster | undefined): void {
  afterEach(({ task }) => {
    if (task.result?.state !== "fail") return;
    for (const service of [...(cluster()?.gateways ?? []), ...(cluster()?.watchers ?? [])])
      for (const line of service.logs().filter(isWarning).slice(-maxLines))
        process.stderr.write(`${service.name}: ${line}\n`);
  });
}
