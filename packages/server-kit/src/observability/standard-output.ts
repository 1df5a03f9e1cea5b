/**
 * The destination of log lines; lines are dropped when the reader is gone (a crashed log collector, a closed terminal).
 * pino's own destination would repeat the failed write forever at the end of the process, so that a service could not stop.
 */
export function standardOutput(): { write(line: string): void } {
  // Without a listener a broken pipe is an uncaught exception, and logging that exception would fail again.
  if (process.stdout.listenerCount("error") === 0) process.stdout.on("error", () => undefined);
  return { write: (line) => void process.stdout.write(line) };
}
