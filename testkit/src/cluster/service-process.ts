import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { boundCommand } from "../process/bound-command.ts";
import { recentLines } from "../process/recent-lines.ts";
import { hasExited, stopChild } from "../process/stop-child.ts";
import { waitForLine } from "../process/wait-for-line.ts";
import { repositoryRoot } from "../repository.ts";

/** Programs of which a cluster consists. */
export type ServiceKind = "gateway" | "watcher";

/** A service waits for its database with backoff and says so; a test or a demo does not wait longer than this. */
const READY_MS = 45_000;
/**
 * A gateway with many sockets sends them away over 5 s (DRAIN_MS) and then waits for them a little: killed before that, it
 * would cut off those that are left. With the few of a demo it stops at once.
 */
const STOP_MS = 9_000;

/** How a service ended. */
export interface ServiceExit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** A running gateway or watcher: a process of its own. */
export interface ServiceProcess extends AsyncDisposable {
  /** For example "gateway-1". */
  readonly name: string;
  readonly kind: ServiceKind;
  readonly pid: number;
  readonly process: ChildProcess;
  readonly port: number;
  /** For example "http://127.0.0.1:4000". */
  readonly url: string;
  /** Its newest log lines (JSON), oldest first. */
  logs(): string[];
  /** Settles when the process has ended, for whatever reason. */
  readonly exited: Promise<ServiceExit>;
  /** SIGTERM, then waits for the end; kills it when that takes more than 5 s. */
  stop(): Promise<ServiceExit>;
  /** Sends a signal and, when it is one that ends a process, waits for the end. */
  kill(signal: NodeJS.Signals): Promise<void>;
}

/** What to start. */
export interface ServiceOptions {
  name: string;
  kind: ServiceKind;
  /** Environment variables of the service, added to PATH and the like. */
  env: Readonly<Record<string, string>>;
  /** 0: any free port. */
  port: number;
  /** Folder with the sources, in place of this repository: what an image contains. */
  root?: string;
  /** Restart whenever a source file changes. */
  watch?: boolean;
  logSink?: ((name: string, line: string) => void) | undefined;
  /** Ends the waiting for its ready line, and the service. */
  signal?: AbortSignal | undefined;
}

/** The port in a service's ready line, undefined for any other line. */
export function readyPort(line: string): number | undefined {
  if (!line.includes('"ready"')) return undefined;
  try {
    const { event, port } = JSON.parse(line) as { event?: unknown; port?: unknown };
    return event === "ready" && typeof port === "number" ? port : undefined;
  } catch {
    return undefined;
  }
}

/** Settings of ours that must not leak into a service from the shell that runs the tests or the demo. */
function baseEnvironment(): Record<string, string> {
  const kept = ["PATH", "HOME", "LANG", "TZ", "TMPDIR", "SystemRoot"];
  return Object.fromEntries(
    kept.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  );
}

/** Starts one service and waits for its ready line. Rejects with its last words when it ends or hangs before that. */
export async function startService(options: ServiceOptions): Promise<ServiceProcess> {
  const { name, kind, env, port, watch, logSink, root = repositoryRoot } = options;
  const main = path.join(root, "services", kind, "src", "main.ts");
  const nodeArgs = [
    "--disable-warning=ExperimentalWarning",
    ...(watch ? ["--watch", "--watch-preserve-output"] : []),
    main,
  ];
  const { command, args } = boundCommand(process.execPath, nodeArgs, "TERM");
  const child = spawn(command, args, {
    cwd: root,
    // This machine only: the demonstration's passwords are in its documentation.
    env: { ...baseEnvironment(), HOST: "127.0.0.1", ...env, PORT: String(port) },
    // Only we signal it: Ctrl-C in a terminal goes to the whole group, which would stop everything in no order.
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const lines = recentLines([child.stdout, child.stderr]);
  if (logSink) lines.onLine((line) => logSink(name, line));
  const exited = new Promise<ServiceExit>((resolve) => {
    child.once("exit", (code, signal) => resolve({ code, signal }));
  });
  let realPort: number;
  try {
    realPort = await waitForLine({ name, child, lines, match: readyPort, timeoutMs: READY_MS, signal: options.signal });
  } catch (error) {
    await stopChild(child, "SIGKILL", STOP_MS);
    throw error;
  }
  const stop = async () => {
    await stopChild(child, "SIGTERM", STOP_MS);
    return exited;
  };
  return {
    name,
    kind,
    pid: child.pid ?? 0,
    process: child,
    port: realPort,
    url: `http://127.0.0.1:${realPort}`,
    logs: () => lines.tail(Number.POSITIVE_INFINITY),
    exited,
    stop,
    async kill(signal) {
      if (hasExited(child)) return;
      const end = once(child, "exit");
      child.kill(signal);
      if (signal !== "SIGSTOP" && signal !== "SIGCONT" && signal !== "SIGUSR1" && signal !== "SIGUSR2") await end;
    },
    [Symbol.asyncDispose]: async () => void (await stop()),
  };
}
