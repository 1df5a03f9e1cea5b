/**
 * Where log lines go. Not pino's own destination: when the reader of the lines is gone (a log collector that crashed, a
 * closed terminal), that one repeats the failed write for ever at the end of the process, and a service that was told to
 * stop hangs instead. A line that nobody can read is dropped here.
 */
export function standardOutput(): { write(line: string): void } {
  // Without a listener the broken pipe would be an uncaught exception, which would be logged, which would fail again.
  if (process.stdout.listenerCount("error") === 0) process.stdout.on("error", () => undefined);
  return { write: (line) => void process.stdout.write(line) };
}
