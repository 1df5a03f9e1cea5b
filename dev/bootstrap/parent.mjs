/** Watches npm, the parent process: a kill -9 of npm reaches no child, and the programs it started would run forever. */
import { readFileSync } from "node:fs";
import process from "node:process";

/** Read at once: npm may be killed while the installation runs. */
const parent = process.ppid;
/** Interval of the check. Half a second ends an orphan soon and costs no CPU time. */
const CHECK_MS = 500;
/** Programs that may run a package's script, by the beginning of their command line. */
const RUNNERS = /^(\S*\/)?(npm|npx|pnpm|pnpx|yarn|bun|bunx|deno|corepack|node|nodejs)(\s|$)/;

/**
 * Whether npm was killed before this process could read its parent. The parent is then a process that adopts orphans. Where
 * the parent's command line cannot be read, only the first process of the system counts as such.
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
 * Calls back once when npm is gone, at the earliest in the next turn. Applies only under npm: a shell that starts a program
 * in the background and exits also changes the parent, which is no reason to stop.
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
