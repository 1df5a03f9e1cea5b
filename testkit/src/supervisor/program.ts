import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { once } from "node:events";
import { boundCommand } from "../process/bound-command.ts";
import { recentLines } from "../process/recent-lines.ts";
import { hasExited, stopChild } from "../process/stop-child.ts";
import { waitForLine } from "../process/wait-for-line.ts";

/** How a program exited. */
export interface ProgramExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A program that is running and ready, in its own process. */
export interface Program<Ready = unknown> extends AsyncDisposable {
  readonly name: string;
  readonly pid: number;
  readonly process: ChildProcess;
  /** Value parsed from its ready line. */
  readonly ready: Ready;
  /** Its newest lines of output, oldest first. */
  logs(): string[];
  /** Resolves when the process has exited, for any reason. */
  readonly exited: Promise<ProgramExit>;
  /** Stops the program and waits for its exit; kills it after `stopMs`. */
  stop(signal?: NodeJS.Signals): Promise<ProgramExit>;
  /** Sends a signal and waits for the exit if the signal ends the process. */
  kill(signal: NodeJS.Signals): Promise<void>;
}

export interface ProgramOptions<Ready> {
  /** For failure messages. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  /** The whole environment. Default: that of this process. */
  readonly env?: Readonly<Record<string, string>>;
  /** Account to run as. */
  readonly account?: { readonly uid: number; readonly gid: number } | null;
  /** Signal that stops the program. Linux also sends it when this process dies without stopping the program. */
  readonly stopSignal: "SIGINT" | "SIGTERM";
  /** Milliseconds after which a stopping program is killed. */
  readonly stopMs: number;
  /** Signal that ends a program which did not become ready. */
  readonly abortSignal?: NodeJS.Signals;
  /** Parses the ready line; undefined for any other line. */
  readonly readyFrom: (line: string) => Ready | undefined;
  readonly readyMs: number;
  readonly logSink?: ((line: string) => void) | undefined;
  /** Ends the wait for the ready line, and the program. */
  readonly signal?: AbortSignal | undefined;
}

const nonTerminating = new Set<NodeJS.Signals>(["SIGSTOP", "SIGCONT", "SIGUSR1", "SIGUSR2"]);

/**
 * Starts a program and waits for its ready line. The program runs in its own process group: Ctrl-C reaches the whole group of
 * a terminal and would stop all programs in no order. No program started here outlives this process (see `boundCommand`).
 * @throws with the program's last lines when it exits or hangs before it is ready
 */
export async function startProgram<Ready>(options: ProgramOptions<Ready>): Promise<Program<Ready>> {
  const { name, cwd, env, account, stopSignal, stopMs, logSink } = options;
  const { command, args } = boundCommand(options.command, options.args, stopSignal === "SIGINT" ? "INT" : "TERM");
  const settings: SpawnOptions = { detached: true, stdio: ["ignore", "pipe", "pipe"], ...account };
  const child = spawn(command, args, { ...settings, ...(cwd && { cwd }), ...(env && { env }) });
  const lines = recentLines([child.stdout, child.stderr]);
  if (logSink) lines.onLine(logSink);
  const exited = new Promise<ProgramExit>((resolve) => {
    child.once("exit", (code, signal) => resolve({ code, signal }));
  });
  let ready: Ready;
  try {
    const { readyFrom: match, readyMs: timeoutMs, signal } = options;
    ready = await waitForLine({ name, child, lines, match, timeoutMs, signal });
  } catch (error) {
    await stopChild(child, options.abortSignal ?? "SIGKILL", stopMs);
    throw error;
  }
  const stop = async (signal: NodeJS.Signals = stopSignal) => {
    await stopChild(child, signal, stopMs);
    return exited;
  };
  return {
    name,
    pid: child.pid ?? 0,
    process: child,
    ready,
    logs: () => lines.tail(Number.POSITIVE_INFINITY),
    exited,
    stop,
    async kill(signal) {
      if (hasExited(child)) return;
      const end = once(child, "exit");
      child.kill(signal);
      if (!nonTerminating.has(signal)) await end;
    },
    [Symbol.asyncDispose]: async () => void (await stop()),
  };
}
