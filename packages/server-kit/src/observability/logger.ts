import { type Logger, pino } from "pino";
import { standardOutput } from "./standard-output.ts";

export type { Logger } from "pino";

/**
 * JSON lines on standard output. Query strings of socket URLs may hold tokens and are cut before they are logged by the
 * callers; the paths below are the remaining places where a secret could slip in with an object.
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
 * The line that says a service serves: `"event":"ready"` and its port. Written whatever the level is, since orchestrators
 * and tools wait for it.
 */
export function logReady(logger: Logger, port: number, text: string): void {
  logger.child({}, { level: "info" }).info({ event: "ready", port }, text);
}
