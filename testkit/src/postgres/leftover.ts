import { rmSync } from "node:fs";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { processCommand } from "../process/process-command.ts";
import { postmasterPid } from "./data-place.ts";

const PATIENCE_MS = 10_000;
const LOOK_AGAIN_MS = 100;

/**
 * Stops a server that a killed demo left on this data: where Linux does not end it with its parent, nobody else would.
 * A lock file that names a process of somebody else (the number was given again) is removed, as PostgreSQL would refuse
 * to start over it.
 */
export async function stopLeftover(dataDirectory: string): Promise<void> {
  const pid = postmasterPid(dataDirectory);
  if (pid === null) return;
  if (!processCommand(pid)?.includes(dataDirectory)) {
    rmSync(path.join(dataDirectory, "postmaster.pid"), { force: true });
    return;
  }
  process.kill(pid, "SIGINT");
  const deadline = Date.now() + PATIENCE_MS;
  while (processCommand(pid) !== null) {
    if (Date.now() > deadline)
      throw new Error(`PostgreSQL (process ${pid}) of an earlier run does not stop: end it by hand.`);
    await wait(LOOK_AGAIN_MS);
  }
}
