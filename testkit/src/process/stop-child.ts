import type { ChildProcess } from "node:child_process";
import { once } from "node:events";

/** Whether the process has exited. */
export function hasExited(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

/**
 * Stops a child with a signal and waits for its exit. After `timeoutMs` it is killed, so that no process is left running.
 * Resolves to false when that was necessary.
 */
export async function stopChild(child: ChildProcess, signal: NodeJS.Signals, timeoutMs: number): Promise<boolean> {
  if (hasExited(child) || child.pid === undefined) return true;
  let stoppedInTime = true;
  const timer = setTimeout(() => {
    stoppedInTime = false;
    child.kill("SIGKILL");
  }, timeoutMs);
  const exit = once(child, "exit");
  child.kill(signal);
  await exit;
  clearTimeout(timer);
  return stoppedInTime;
}
