import { spawn } from "node:child_process";
import { once } from "node:events";
import { chownSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { boundCommand } from "../process/bound-command.ts";
import { recentLines } from "../process/recent-lines.ts";
import { type Program, startProgram } from "../supervisor/program.ts";
import type { Account } from "./account.ts";
import type { PostgresBinaries } from "./binaries.ts";

/** Longest start. Recovery after kill -9 replays at most the write-ahead log since the last checkpoint, well within a minute. */
const START_MS = 60_000;
/** Longest stop. A fast shutdown writes a checkpoint: one or two seconds with the demo's data. */
const STOP_MS = 6_000;

/** Binaries, account and data directory of a server. */
export interface PostgresPlace {
  binaries: PostgresBinaries;
  /** Null: the account of this process. */
  account: Account | null;
  dataDirectory: string;
}

/** Where the server listens: a port on 127.0.0.1, or only a socket in a folder. */
export type PostgresListen = { port: number } | { socketFolder: string };

/** A running server. Its `stop` is a fast shutdown. */
export type PostgresServer = Program;

function asAccount(account: Account | null) {
  return account === null ? {} : { uid: account.uid, gid: account.gid };
}

/**
 * Creates a data directory with the superuser `postgres`. With a password, connections must provide it. Without one, every
 * connection is trusted, which is safe only for a socket in a private folder.
 */
export async function initialisePostgres(
  place: PostgresPlace,
  password: string | null,
  moreArgs: readonly string[] = [],
): Promise<void> {
  const scratch = mkdtempSync(path.join(tmpdir(), "hg-initdb-"));
  const passwordFile = path.join(scratch, "password");
  try {
    writeFileSync(passwordFile, `${password ?? ""}\n`, { mode: 0o600 });
    if (place.account !== null) {
      for (const owned of [scratch, passwordFile]) chownSync(owned, place.account.uid, place.account.gid);
    }
    const authentication = password === null ? ["--auth=trust"] : ["--auth=scram-sha-256", `--pwfile=${passwordFile}`];
    const { command, args } = boundCommand(
      place.binaries.initdb,
      [
        `--pgdata=${place.dataDirectory}`,
        "--username=postgres",
        "--encoding=UTF8",
        // Sorts strings in the same way on every machine, independent of its C library.
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",
        "--locale=C",
        "--no-sync",
        ...authentication,
        ...moreArgs,
      ],
      "INT",
    );
    // initdb accesses the working directory, which the account may not be allowed to enter.
    const child = spawn(command, args, { cwd: "/", stdio: ["ignore", "pipe", "pipe"], ...asAccount(place.account) });
    const lines = recentLines([child.stdout, child.stderr]);
    const [code] = (await Promise.race([
      once(child, "close"),
      once(child, "error").then(([error]) => Promise.reject(error)),
    ])) as [number];
    if (code !== 0) throw new Error(`initdb failed (exit code ${code}):\n${lines.tail(15).join("\n")}`);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** Starts a server on an initialised data directory and waits until it accepts connections. */
export async function startPostgres(
  place: PostgresPlace,
  options: {
    listen: PostgresListen;
    settings?: Record<string, string>;
    logSink?: (line: string) => void;
    signal?: AbortSignal;
  },
): Promise<PostgresServer> {
  const listen: Record<string, string> =
    "port" in options.listen
      ? { listen_addresses: "127.0.0.1", port: String(options.listen.port), unix_socket_directories: "" }
      : { listen_addresses: "", unix_socket_directories: options.listen.socketFolder, unix_socket_permissions: "0777" };
  const settings = { ...listen, lc_messages: "C", log_timezone: "UTC", timezone: "UTC", ...options.settings };
  const args = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  return startProgram({
    name: "PostgreSQL",
    command: place.binaries.postgres,
    args: ["-D", place.dataDirectory, ...args],
    // The server must not keep a folder busy or need access to it.
    cwd: "/",
    account: place.account,
    // Fast shutdown: ends sessions and writes a checkpoint.
    stopSignal: "SIGINT",
    stopMs: STOP_MS,
    abortSignal: "SIGQUIT",
    // A standby reports "read-only".
    readyFrom: (line) => (/database system is ready to accept (read-only )?connections/.test(line) ? true : undefined),
    readyMs: START_MS,
    logSink: options.logSink,
    signal: options.signal,
  });
}
