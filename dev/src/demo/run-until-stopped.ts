import { configurationExitCode } from "@heliograph/server-kit";
import { aborted, stopRequest } from "@heliograph/testkit/process/stop-request";
import { EndedEarly } from "@heliograph/testkit/process/wait-for-line";
import type { DemoContext } from "./context.ts";
import { openLogFiles } from "./log-files.ts";
import type { DemoOptions } from "./options.ts";
import { claimDataFolder } from "./pid-file.ts";
import { demoSecrets } from "./secrets.ts";

/** The promise is 10 s; what has not stopped by then is killed with us by the operating system. */
const STOP_MS = 9_500;

/**
 * The frame of `npm run demo` and `npm run dev`: claims the data folder, starts, waits for Ctrl-C or SIGTERM, stops
 * everything in reverse order, ends the process. `start` pushes what it acquires to `context.undo`.
 */
export async function runUntilStopped(
  name: string,
  options: DemoOptions,
  start: (context: DemoContext, fail: () => void) => Promise<void>,
): Promise<never> {
  const report = (text: string) => void process.stderr.write(`[${name}] ${text}\n`);
  const stop = stopRequest();
  stop.addEventListener("abort", () => {
    setTimeout(() => {
      report("Something does not stop; leaving without it.");
      process.exit(1);
    }, STOP_MS).unref();
  });
  // When one part fails, the others must not go on waiting for what they wait for.
  const failed = new AbortController();
  // Some libraries let an error escape when their connection ends, as all of them do while we stop. At any other time
  // it is a fault of ours, and what runs must still be stopped in order.
  process.on("uncaughtException", (error) => {
    if (stop.aborted) return;
    report(error.stack ?? error.message);
    process.exitCode = 1;
    failed.abort();
  });
  try {
    await using undo = new AsyncDisposableStack();
    undo.use(claimDataFolder(options.dataFolder));
    const logs = undo.use(openLogFiles(options.dataFolder, report));
    const secrets = demoSecrets(options.dataFolder);
    const signal = AbortSignal.any([stop, failed.signal]);
    await start({ options, secrets, logs, report, signal, undo }, () => failed.abort());
    await aborted(signal);
    report("Stopping …");
  } catch (error) {
    // The first Ctrl-C makes everything that still starts fail; that is no failure.
    if (!stop.aborted) {
      report(error instanceof Error ? error.message : String(error));
      // A service that was configured wrongly by what went on to it means that we were.
      const misconfigured = error instanceof EndedEarly && error.exitCode === configurationExitCode;
      process.exitCode = misconfigured ? configurationExitCode : 1;
    }
  }
  report("Stopped.");
  // Sockets of libraries may linger; everything that matters has been stopped above.
  return process.exit();
}
