import { rmSync } from "node:fs";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { processCommand } from "../process/process-command.ts";
import { postmasterPid } from "./data-place.ts";

const STOP_TIMEOUT_MS = 10_000;
const POLL_MS = 100;

/**
 * Stops a server that a killed demo left running on this data; only Linux ends it together with its parent. Removes a lock file
 * whose process id now belongs to an unrelated process, because PostgreSQL would refuse to start.
 */
export async function stopLeftover(dataDirectory: string): Promise<void> {
  const pid = postmasterPid(dataDirectory);
  if (pid === null) return;
  if (!processCommand(pid)?.includes(dataDirectory)) {
    rmSync(path.join(dataDirectory, "postmaster.pid"), { force: true });
    return;
  }
  process.kill(pid, "SIGINT");
  const deadline = Date.now() + STOP_TIMEOUT_MS;
  while (processCommand(pid) !== null) {
    if (Date.now() > deadline)
      throw new Error(
        `PostgreSQL (process ${pid}) of an earlier run did not stop within ${STOP_TIMEOUT_MS} ms. Stop it manually.`,
      );
    await wait(POLL_MS);
  }
}
