import path from "node:path";
import { repositoryRoot } from "../repository.ts";
import { type Program, startProgram } from "../supervisor/program.ts";

/** Programs of which a cluster consists. */
export type ServiceKind = "gateway" | "watcher";

/** A service waits for its database with backoff and says so; a test or a demo does not wait longer than this. */
const READY_MS = 45_000;
/**
 * A gateway with many sockets sends them away over 5 s (DRAIN_MS) and then waits for them a little: killed before that, it
 * would cut off those that are left. With the few of a demo it stops at once.
 */
const STOP_MS = 9_000;

/** A running gateway or watcher: a process of its own. */
export interface ServiceProcess extends Program<number> {
  readonly kind: ServiceKind;
  readonly port: number;
  /** For example "http://127.0.0.1:4000". */
  readonly url: string;
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
  const service = await startProgram({
    name,
    command: process.execPath,
    args: nodeArgs,
    cwd: root,
    // This machine only: the demonstration's passwords are in its documentation.
    env: { ...baseEnvironment(), HOST: "127.0.0.1", ...env, PORT: String(port) },
    stopSignal: "SIGTERM",
    stopMs: STOP_MS,
    readyFrom: readyPort,
    readyMs: READY_MS,
    logSink: logSink && ((line) => logSink(name, line)),
    signal: options.signal,
  });
  return { ...service, kind, port: service.ready, url: `http://127.0.0.1:${service.ready}` };
}
