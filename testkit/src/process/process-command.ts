import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";

/** Command line of a running process; null when no process has this id. */
export function processCommand(pid: number): string | null {
  if (existsSync("/proc/self")) {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim();
    } catch {
      return null;
    }
  }
  try {
    return execFileSync("ps", ["-o", "command=", "-p", String(pid)], { encoding: "utf8" }).trim();
  } catch {
    return null;
  }
}
