/**
 * Starts a program of this repository on a bare clone: `node dev/run.mjs dev/src/demo.ts --reset`,
 * or a program of a dependency: `node dev/run.mjs --bin biome check .`
 *
 * Installs what the lock file names, chooses a Node 24, runs the program under it, and passes signals and exit codes
 * through. It runs under any Node from 20 on, so it is plain JavaScript and imports only `node:` modules and its own folder.
 */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { constants } from "node:os";
import path from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { chooseNode } from "./bootstrap/choose-node.mjs";
import { ensureInstalled } from "./bootstrap/install.mjs";
import { whenNpmIsGone } from "./bootstrap/parent.mjs";

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
/** A program that has not stopped after this time is killed; 10 s are promised. */
const KILL_AFTER_MS = 15_000;

/** Prints one sentence instead of a stack trace: every error thrown here is meant for the user. */
function fail(error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}

/** The command line that runs the requested program. */
function commandFor(node, args) {
  const [first, ...rest] = args;
  if (first === undefined) throw new Error("usage: node dev/run.mjs <file.ts> [arguments] | --bin <name> [arguments]");
  if (first !== "--bin") {
    const file = [path.resolve(first), path.join(root, first)].find((candidate) => existsSync(candidate));
    if (file === undefined) throw new Error(`There is no file ${first}.`);
    // Node 24.0, the newest version on npm for Apple silicon, warns about type stripping once per process.
    return [node, ["--disable-warning=ExperimentalWarning", file, ...rest]];
  }
  const [name, ...binArgs] = rest;
  const program = path.join(root, "node_modules", ".bin", String(name));
  if (name === undefined || !existsSync(program)) throw new Error(`No installed package has a program named ${name}.`);
  return [program, binArgs];
}

/** Runs the program to its end and exits with its exit code or signal. */
function runToEnd(command, args) {
  const bin = path.join(root, "node_modules", ".bin");
  const child = spawn(command, args, {
    stdio: "inherit",
    env: {
      ...process.env,
      PATH: `${bin}${path.delimiter}${process.env.PATH ?? ""}`,
      // Switch telemetry of build tools off.
      TURBO_TELEMETRY_DISABLED: "1",
      DO_NOT_TRACK: "1",
      // The program ends when this process is gone.
      HELIOGRAPH_RUNNER: String(process.pid),
    },
  });
  // Handlers stay registered: Ctrl-C arrives twice (from the terminal and from npm). Without a handler the second one would
  // end this process before the program has stopped.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  whenNpmIsGone(() => setTimeout(() => child.kill("SIGKILL"), KILL_AFTER_MS).unref());
  child.once("error", fail);
  child.once("exit", (code, signal) => process.exit(signal === null ? (code ?? 1) : 128 + constants.signals[signal]));
}

// Signals this process itself, which ends any phase: npm ci, the wait for another install, the program.
whenNpmIsGone(() => process.kill(process.pid, "SIGTERM"));
try {
  await ensureInstalled(root);
  const [command, args] = commandFor(chooseNode(root), process.argv.slice(2));
  runToEnd(command, args);
} catch (error) {
  fail(error);
}
