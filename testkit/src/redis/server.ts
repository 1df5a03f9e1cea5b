import { type ChildProcess, spawn } from "node:child_process";
import { boundCommand } from "../process/bound-command.ts";
import { anyFreePort } from "../process/free-port.ts";
import { recentLines } from "../process/recent-lines.ts";
import { stopChild } from "../process/stop-child.ts";
import { waitForLine } from "../process/wait-for-line.ts";

const START_MS = 10_000;
const STOP_MS = 2_000;

/** A Redis that we started on 127.0.0.1. */
export interface RedisServer extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  readonly process: ChildProcess;
  /** Sends a signal and waits until the server is gone; without one it is asked to stop. */
  stop(signal?: NodeJS.Signals): Promise<void>;
}

/**
 * Starts `redis-server` without persistence: what passes through it is only a faster messenger, the log in PostgreSQL
 * has it all. `port` null: any free one.
 */
export async function startRedis(
  program: string,
  options: { port?: number | null; logSink?: (line: string) => void; signal?: AbortSignal } = {},
): Promise<RedisServer> {
  const port = options.port ?? (await anyFreePort());
  const { command, args } = boundCommand(
    program,
    ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", "/tmp"],
    "TERM",
  );
  // A group of its own, so that Ctrl-C does not take it away under the services.
  const child = spawn(command, args, { detached: true, stdio: ["ignore", "pipe", "pipe"] });
  const lines = recentLines([child.stdout, child.stderr]);
  if (options.logSink) lines.onLine(options.logSink);
  try {
    await waitForLine({
      name: "Redis",
      child,
      lines,
      match: (line) => (line.includes("eady to accept connections") ? true : undefined),
      timeoutMs: START_MS,
      signal: options.signal,
    });
  } catch (error) {
    await stopChild(child, "SIGKILL", STOP_MS);
    throw error;
  }
  const stop = async (signal: NodeJS.Signals = "SIGTERM") => {
    await stopChild(child, signal, STOP_MS);
  };
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    pid: child.pid ?? 0,
    process: child,
    stop,
    [Symbol.asyncDispose]: () => stop(),
  };
}
