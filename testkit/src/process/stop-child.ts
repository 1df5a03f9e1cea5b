import type { ChildProcess } from "node:child_process";
import { once } from "node:events";

/** Has the process ended, by itself or by a signal? */
export function hasExited(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

/**
 * Asks a child to stop and waits until it has. After `patienceMs` it is killed: whoever calls this has promised to leave
 * no process behind. Resolves to false when that was necessary.
 */
export async function stopChild(child: ChildProcess, signal: NodeJS.Signals, patienceMs: number): Promise<boolean> {
  if (hasExited(child) || child.pid === undefined) return true;
  let patient = true;
  const timer = setTimeout(() => {
    patient = false;
    child.kill("SIGKILL");
  }, patienceMs);
  const exit = once(child, "exit");
  child.kill(signal);
  await exit;
  clearTimeout(timer);
  return patient;
}
