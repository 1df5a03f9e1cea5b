import { configurationExitCode } from "@heliograph/server-kit";
import { aborted, stopRequest } from "@heliograph/testkit/process/stop-request";
import { EndedEarly } from "@heliograph/testkit/process/wait-for-line";
import type { DemoContext } from "./context.ts";
import { openLogFiles } from "./log-files.ts";
import type { DemoOptions } from "./options.ts";
import { claimDataFolder } from "./pid-file.ts";
import { demoSecrets } from "./secrets.ts";

/** Longest time of a stop: 10 s are promised. The operating system ends what is left with this process. */
const STOP_MS = 9_500;

/**
 * Runs `npm run demo` and `npm run dev`: claims the data folder, starts, waits for Ctrl-C or SIGTERM, stops everything in
 * reverse order, and ends the process. `start` pushes what it acquires to `context.undo`.
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
      report("a part did not stop in time; exiting without it");
      process.exit(1);
    }, STOP_MS).unref();
  });
  // When one part fails, abort the waits of the others.
  const failed = new AbortController();
  // Some libraries throw an uncaught error when their connection ends, as all connections do during a stop. At any other
  // time it is a defect here, and running parts must still be stopped in order.
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
    // A Ctrl-C during the start makes the start fail; that is no error.
    if (!stop.aborted) {
      report(error instanceof Error ? error.message : String(error));
      // A service got a bad setting from this environment, so the demo itself is misconfigured.
      const misconfigured = error instanceof EndedEarly && error.exitCode === configurationExitCode;
      process.exitCode = misconfigured ? configurationExitCode : 1;
    }
  }
  report("Stopped.");
  // Sockets of libraries may stay open; every part has been stopped above.
  return process.exit();
}
