import type { ChildProcess } from "node:child_process";
import type { RecentLines } from "./recent-lines.ts";
import { hasExited } from "./stop-child.ts";

/**
 * Resolves with what `match` makes of the first line that it accepts (by returning something other than undefined).
 * Rejects with the program's last words when it ends before, cannot be started, or `timeoutMs` passes.
 */
export function waitForLine<T>(options: {
  name: string;
  child: ChildProcess;
  lines: RecentLines;
  match: (line: string) => T | undefined;
  timeoutMs: number;
  /** Ends the waiting, for a Ctrl-C while things start. */
  signal?: AbortSignal | undefined;
}): Promise<T> {
  const { name, child, lines, match, timeoutMs, signal } = options;
  return new Promise<T>((resolve, reject) => {
    const explain = (what: string) => {
      finish();
      reject(new Error(`${name} ${what}\n${lines.tail(15).join("\n")}`.trimEnd()));
    };
    const timer = setTimeout(() => explain(`was not ready within ${timeoutMs} ms:`), timeoutMs);
    const stopReading = lines.onLine((line) => {
      const value = match(line);
      if (value === undefined) return;
      finish();
      resolve(value);
    });
    // "close" comes after the last line of output, "exit" may come before it.
    const onClose = () => explain(`ended (${child.signalCode ?? `exit code ${child.exitCode}`}) before it was ready:`);
    const onError = (error: Error) => explain(`could not be started: ${error.message}`);
    const onAbort = () => {
      finish();
      reject(signal?.reason);
    };
    child.once("close", onClose);
    child.once("error", onError);
    signal?.addEventListener("abort", onAbort);
    const finish = () => {
      clearTimeout(timer);
      stopReading();
      child.off("close", onClose);
      child.off("error", onError);
      signal?.removeEventListener("abort", onAbort);
    };
    if (signal?.aborted) onAbort();
    else if (hasExited(child) && child.stdout?.readableEnded !== false) onClose();
  });
}
