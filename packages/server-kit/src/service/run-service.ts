import { ConfigurationError, configurationExitCode } from "../config/configuration-error.ts";
import type { Logger } from "../observability/logger.ts";
import { Releasers } from "./releasers.ts";

/** What a service's `start` receives. */
export interface ServiceContext {
  readonly releasers: Releasers;
  /** Aborted at the first SIGTERM or SIGINT, so that waiting at start (for the database, say) ends as well. */
  readonly signal: AbortSignal;
  /**
   * Allows the release more than `shutdownLimitMs`, for a service that drains for as long as it was told to. Whoever
   * starts the process must allow that time as well before killing it.
   */
  readonly allowShutdown: (limitMs: number) => void;
}

/** Longest time between the signal and the end of the process. ECS and Kubernetes kill after 30 s by default. */
export const shutdownLimitMs = 25_000;

/**
 * The same after an uncaught exception, milliseconds: the process may be broken, and clients of a service that drains
 * without working would wait for nothing. Enough for saying goodbye to sockets.
 */
const crashLimitMs = 2000;

/**
 * Runs a service until SIGTERM or SIGINT: `start` acquires in order and pushes each undo, the signal releases in reverse.
 * A second signal ends the process at once. Handlers stay registered: Ctrl-C in a terminal reaches the process twice, by
 * the group and through npm, and a handler that removes itself would let the second one kill a draining service.
 * Exit codes: 0 stopped, 1 failed, 78 bad configuration.
 */
export function runService(
  logger: Logger,
  start: (context: ServiceContext) => Promise<void>,
  usualLimitMs = shutdownLimitMs,
): void {
  const releasers = new Releasers();
  const abort = new AbortController();
  let stopping: number | undefined;
  let limitMs = usualLimitMs;

  const endAfter = (afterMs: number): void => {
    setTimeout(() => {
      logger.error("shutdown took too long, ending now");
      process.exit(1);
    }, afterMs).unref();
  };
  const allowShutdown = (wantedMs: number): void => {
    limitMs = Math.max(limitMs, wantedMs);
  };

  const stop = async (code: number, reason: string): Promise<void> => {
    if (stopping !== undefined) {
      // The doubled Ctrl-C arrives within milliseconds; only a later signal means "now".
      if (Date.now() - stopping > 1000) process.exit(code || 130);
      return;
    }
    stopping = Date.now();
    logger.info({ reason }, "stopping");
    abort.abort();
    endAfter(limitMs);
    try {
      await releasers.releaseAll();
      logger.info("stopped");
    } catch (error) {
      logger.error({ err: error }, "shutdown failed");
      code = 1;
    }
    process.exit(code);
  };

  process.on("SIGTERM", () => void stop(0, "SIGTERM"));
  process.on("SIGINT", () => void stop(0, "SIGINT"));
  process.on("uncaughtException", (error) => {
    logger.fatal({ err: error }, "uncaught exception");
    endAfter(crashLimitMs);
    void stop(1, "uncaught exception");
  });
  process.on("unhandledRejection", (error) => {
    logger.fatal({ err: error }, "unhandled rejection");
    endAfter(crashLimitMs);
    void stop(1, "unhandled rejection");
  });

  start({ releasers, signal: abort.signal, allowShutdown }).catch((error: unknown) => {
    if (stopping !== undefined) return;
    if (error instanceof ConfigurationError) {
      for (const problem of error.problems) logger.fatal(problem);
      process.exit(configurationExitCode);
    }
    logger.fatal({ err: error }, "start failed");
    void stop(1, "start failed");
  });
}
