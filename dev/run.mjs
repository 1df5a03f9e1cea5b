/**
 * Starts one of our programs on a bare clone: `node dev/run.mjs dev/src/demo.ts --reset`,
 * or a program that a dependency brings: `node dev/run.mjs --bin biome check .`
 *
 * It runs under whatever Node the machine has (20 or newer), so it is plain JavaScript and imports only `node:` modules
 * and its own folder: install what the lock file asks for, choose a Node 24, run the program under it and be transparent
 * for signals and exit codes.
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
/** A program has 10 s to stop; after this it is not going to. */
const KILL_AFTER_MS = 15_000;

/** Ends with one sentence instead of a stack trace: everything thrown here is for the person at the keyboard. */
function fail(error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}

/** The command line that runs what was asked for. */
function commandFor(node, args) {
  const [first, ...rest] = args;
  if (first === undefined) throw new Error("usage: node dev/run.mjs <file.ts> [arguments] | --bin <name> [arguments]");
  if (first !== "--bin") {
    const file = [path.resolve(first), path.join(root, first)].find((candidate) => existsSync(candidate));
    if (file === undefined) throw new Error(`There is no file ${first}.`);
    // Node 24.0, the newest that npm has for Apple silicon, warns about type stripping once per process.
    return [node, ["--disable-warning=ExperimentalWarning", file, ...rest]];
  }
  const [name, ...binArgs] = rest;
  const program = path.join(root, "node_modules", ".bin", String(name));
  if (name === undefined || !existsSync(program))
    throw new Error(`No installed package brings a program named ${name}.`);
  return [program, binArgs];
}

/** Runs the program to its end and ends the same way. */
function runToEnd(command, args) {
  const bin = path.join(root, "node_modules", ".bin");
  const child = spawn(command, args, {
    stdio: "inherit",
    env: {
      ...process.env,
      PATH: `${bin}${path.delimiter}${process.env.PATH ?? ""}`,
      // Both are opt-out switches: a build tool has no business telling anybody what runs here.
      TURBO_TELEMETRY_DISABLED: "1",
      DO_NOT_TRACK: "1",
      // Tells the program whose death it should not survive.
      HELIOGRAPH_RUNNER: String(process.pid),
    },
  });
  // Handlers stay registered: Ctrl-C arrives twice (from the terminal and from npm), and a handler that removes itself
  // dies of the second one before the program has stopped.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  whenNpmIsGone(() => setTimeout(() => child.kill("SIGKILL"), KILL_AFTER_MS).unref());
  child.once("error", fail);
  child.once("exit", (code, signal) => process.exit(signal === null ? (code ?? 1) : 128 + constants.signals[signal]));
}

// By a signal to ourselves, which ends whatever we are at: npm ci, the waiting for another one, the program.
whenNpmIsGone(() => process.kill(process.pid, "SIGTERM"));
try {
  await ensureInstalled(root);
  const [command, args] = commandFor(chooseNode(root), process.argv.slice(2));
  runToEnd(command, args);
} catch (error) {
  fail(error);
}
