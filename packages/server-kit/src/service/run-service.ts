import { ConfigurationError, configurationExitCode } from "../config/configuration-error.ts";
import type { Logger } from "../observability/logger.ts";
import { Releasers } from "./releasers.ts";

/** The context of a service's `start`. */
export interface ServiceContext {
  readonly releasers: Releasers;
  /** Aborted at the first SIGTERM or SIGINT, which also ends waiting during the start, for example for the database. */
  readonly signal: AbortSignal;
  /**
   * Allows the release more time than `shutdownLimitMs`, for a service with a configured drain time. The orchestrator must
   * allow the same time before it kills the process.
   */
  readonly allowShutdown: (limitMs: number) => void;
}

/** Longest time from the signal to the end of the process. ECS and Kubernetes kill after 30 s by default. */
const shutdownLimitMs = 25_000;

/**
 * The same limit after an uncaught exception, milliseconds. The process may be broken, and its clients should not wait for
 * a drain. It is enough to close sockets.
 */
const crashLimitMs = 2000;

/**
 * Runs a service until SIGTERM or SIGINT: `start` acquires resources in order and pushes their releases, and the signal
 * releases them in reverse order. A second signal ends the process at once. The handlers stay registered: Ctrl-C in a
 * terminal reaches the process twice, through the process group and through npm, and without a handler the second signal
 * would kill a draining service. Exit codes: 0 stopped, 1 failed, 78 invalid configuration.
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
      logger.error("shutdown took too long; exiting now");
      process.exit(1);
    }, afterMs).unref();
  };
  const allowShutdown = (wantedMs: number): void => {
    limitMs = Math.max(limitMs, wantedMs);
  };

  const stop = async (code: number, reason: string): Promise<void> => {
    if (stopping !== undefined) {
      // The second signal of one Ctrl-C arrives within milliseconds; only a later one forces the exit.
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
      logger.error({ err: error }, "shutdown failed; exiting with code 1");
      code = 1;
    }
    process.exit(code);
  };

  process.on("SIGTERM", () => void stop(0, "SIGTERM"));
  process.on("SIGINT", () => void stop(0, "SIGINT"));
  process.on("uncaughtException", (error) => {
    logger.fatal({ err: error }, "uncaught exception; shutting down");
    endAfter(crashLimitMs);
    void stop(1, "uncaught exception");
  });
  process.on("unhandledRejection", (error) => {
    logger.fatal({ err: error }, "unhandled rejection; shutting down");
    endAfter(crashLimitMs);
    void stop(1, "unhandled rejection");
  });

  start({ releasers, signal: abort.signal, allowShutdown }).catch((error: unknown) => {
    if (stopping !== undefined) return;
    if (error instanceof ConfigurationError) {
      for (const problem of error.problems) logger.fatal(problem);
      process.exit(configurationExitCode);
    }
    logger.fatal({ err: error }, "start failed; shutting down");
    void stop(1, "start failed");
  });
}
