/** Whether npm, which started us, still lives: a kill -9 of it reaches nobody else, and what it started would live on for ever. */
import { readFileSync } from "node:fs";
import process from "node:process";

/** Taken at once: npm may be killed while the installation runs. */
const parent = process.ppid;
/** How often to look. Half a second keeps an orphan short without costing CPU. */
const CHECK_MS = 500;
/** What may run a package's script, by how the command line of its process begins. */
const RUNNERS = /^(\S*\/)?(npm|npx|pnpm|pnpx|yarn|bun|bunx|deno|corepack|node|nodejs)(\s|$)/;

/**
 * Was npm killed before we could ask for our parent? Then somebody who adopts orphans is it. Where a parent's command line
 * cannot be read, only the first process of the system counts as such.
 */
function isOrphan() {
  let command;
  try {
    command = readFileSync(`/proc/${parent}/cmdline`, "utf8").replaceAll("\0", " ");
  } catch {
    return parent === 1;
  }
  return !RUNNERS.test(command);
}

/**
 * Calls back once when npm is gone, at the earliest in the next turn. Only below npm: a shell that starts a program in the
 * background and exits also changes our parent, and there it means nothing.
 */
export function whenNpmIsGone(callback) {
  if (process.env.npm_lifecycle_event === undefined) return;
  const orphan = isOrphan();
  const timer = setInterval(
    () => {
      if (!orphan && process.ppid === parent) return;
      clearInterval(timer);
      callback();
    },
    orphan ? 0 : CHECK_MS,
  );
  timer.unref();
}
