import { anyFreePort } from "../process/free-port.ts";
import { type Program, startProgram } from "../supervisor/program.ts";

const START_MS = 10_000;
const STOP_MS = 2_000;

/** A Redis server on 127.0.0.1. */
export interface RedisServer extends Program {
  readonly url: string;
  readonly port: number;
}

/**
 * Starts `redis-server` without persistence: Redis only transports messages, and PostgreSQL has the log.
 * @param options `port` null: any free port
 */
export async function startRedis(
  program: string,
  options: { port?: number | null; logSink?: (line: string) => void; signal?: AbortSignal } = {},
): Promise<RedisServer> {
  const port = options.port ?? (await anyFreePort());
  const server = await startProgram({
    name: "Redis",
    command: program,
    args: ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", "/tmp"],
    stopSignal: "SIGTERM",
    stopMs: STOP_MS,
    readyFrom: (line) => (line.includes("eady to accept connections") ? true : undefined),
    readyMs: START_MS,
    logSink: options.logSink,
    signal: options.signal,
  });
  return { ...server, url: `redis://127.0.0.1:${port}`, port };
}
