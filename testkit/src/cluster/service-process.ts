import path from "node:path";
import { repositoryRoot } from "../repository.ts";
import { type Program, startProgram } from "../supervisor/program.ts";

/** Kinds of services in a cluster. */
export type ServiceKind = "gateway" | "watcher";

/** Longest wait for the ready line. A service itself retries its database with backoff, without a limit. */
const READY_MS = 45_000;
/**
 * Longest wait for a graceful stop. A gateway with many sockets drains them over 5 s (DRAIN_MS) and then waits briefly for the
 * rest; an earlier kill would cut those off. With the few sockets of a demo it stops at once.
 */
const STOP_MS = 9_000;

/** A running gateway or watcher in its own process. */
export interface ServiceProcess extends Program<number> {
  readonly kind: ServiceKind;
  readonly port: number;
  /** For example "http://127.0.0.1:4000". */
  readonly url: string;
}

/** Options of `startService`. */
export interface ServiceOptions {
  name: string;
  kind: ServiceKind;
  /** Environment variables of the service, in addition to PATH, HOME and similar ones. */
  env: Readonly<Record<string, string>>;
  /** 0: any free port. */
  port: number;
  /** Folder with the sources in place of this repository, for example the content of an image. */
  root?: string;
  /** Restarts the service when a source file changes. */
  watch?: boolean;
  logSink?: ((name: string, line: string) => void) | undefined;
  /** Ends the wait for the ready line, and the service. */
  signal?: AbortSignal | undefined;
}

/** Port in a service's ready line; undefined for any other line. */
export function readyPort(line: string): number | undefined {
  if (!line.includes('"ready"')) return undefined;
  try {
    const { event, port } = JSON.parse(line) as { event?: unknown; port?: unknown };
    return event === "ready" && typeof port === "number" ? port : undefined;
  } catch {
    return undefined;
  }
}

/** Environment variables that services inherit. The others of the shell could change settings of a service. */
function baseEnvironment(): Record<string, string> {
  const kept = ["PATH", "HOME", "LANG", "TZ", "TMPDIR", "SystemRoot"];
  return Object.fromEntries(
    kept.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  );
}

/** Starts one service and waits for its ready line. Rejects with its last lines when it exits or hangs before that. */
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
    // Only this machine can connect: the passwords of the demo are in its documentation.
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
