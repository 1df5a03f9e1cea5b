import type { ChildProcess } from "node:child_process";
import { readableLine } from "./readable-line.ts";
import type { RecentLines } from "./recent-lines.ts";
import { hasExited } from "./stop-child.ts";

/** A program exited before it was ready. */
export class EndedEarly extends Error {
  override readonly name = "EndedEarly";
  /** Null when a signal ended it. */
  readonly exitCode: number | null;

  constructor(message: string, exitCode: number | null) {
    super(message);
    this.exitCode = exitCode;
  }
}

/**
 * Resolves with the first result of `match` that is not undefined. Rejects with the program's last lines when it exits before,
 * cannot be started, or `timeoutMs` passes.
 */
export function waitForLine<T>(options: {
  name: string;
  child: ChildProcess;
  lines: RecentLines;
  match: (line: string) => T | undefined;
  timeoutMs: number;
  /** Cancels the wait, for Ctrl-C during the start. */
  signal?: AbortSignal | undefined;
}): Promise<T> {
  const { name, child, lines, match, timeoutMs, signal } = options;
  return new Promise<T>((resolve, reject) => {
    const withLastLines = (what: string) => `${name} ${what}\n${lines.tail(15).map(readableLine).join("\n")}`.trimEnd();
    const fail = (error: Error) => {
      finish();
      reject(error);
    };
    const onLate = () => fail(new Error(withLastLines(`was not ready within ${timeoutMs} ms:`)));
    const timer = setTimeout(onLate, timeoutMs);
    const stopReading = lines.onLine((line) => {
      try {
        const value = match(line);
        if (value === undefined) return;
        finish();
        resolve(value);
      } catch (error) {
        // Thrown in an event of the stream, it would end this process and leave the program running.
        const why = error instanceof Error ? error.message : String(error);
        fail(new Error(withLastLines(`printed a ready line that cannot be read (${why}):`), { cause: error }));
      }
    });
    // "close" fires after the last line of output; "exit" may fire before it.
    const onClose = () => {
      const how = child.signalCode ?? `exit code ${child.exitCode}`;
      fail(new EndedEarly(withLastLines(`exited (${how}) before it was ready:`), child.exitCode));
    };
    const onError = (error: Error) => fail(new Error(withLastLines(`could not be started: ${error.message}`)));
    const onAbort = () => fail(signal?.reason);
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
