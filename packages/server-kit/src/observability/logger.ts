import { type Logger, pino } from "pino";
import { standardOutput } from "./standard-output.ts";

export type { Logger } from "pino";

/**
 * Creates a logger that writes JSON lines to standard output. Callers remove query strings of socket URLs, which may contain
 * tokens, before they log; the redacted paths cover the other places where an object could bring a secret in.
 */
export function createLogger(service: string, level: string): Logger {
  const options = {
    level,
    base: { service, pid: process.pid },
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: ["token", "password", "*.token", "*.password", "req.headers.authorization", "req.headers.cookie"],
  };
  return pino(options, standardOutput());
}

/**
 * Logs that the service is ready, with `"event":"ready"` and its port. The line is written at any log level, because
 * orchestrators and tools wait for it.
 */
export function logReady(logger: Logger, port: number, text: string): void {
  logger.child({}, { level: "info" }).info({ event: "ready", port }, text);
}
