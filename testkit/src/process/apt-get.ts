import { spawn } from "node:child_process";
import { once } from "node:events";
import { isRoot } from "./cache-folder.ts";
import { findProgram } from "./find-program.ts";

/** A machine that has just started updates itself and holds the lock; that takes a minute or two. */
const LOCK_WAIT_S = 300;

async function run(program: string, args: readonly string[]): Promise<boolean> {
  // Its output goes to stderr: stdout may be read by a machine. Run level 1: no package starts a daemon that would outlive us.
  const child = spawn(program, args, {
    stdio: ["ignore", 2, 2],
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive", RUNLEVEL: "1" },
  });
  try {
    const [code] = (await once(child, "exit")) as [number | null];
    return code === 0;
  } catch {
    // It could not be started at all.
    return false;
  }
}

/**
 * Installs Debian packages. Resolves to null when they are installed, else to a sentence that says why they are not: this
 * is never a reason to throw, the caller decides whether it can go on without.
 */
export async function aptGetInstall(packages: readonly string[], asRoot: boolean = isRoot): Promise<string | null> {
  const program = findProgram("apt-get");
  if (program === null) return `${packages.join(" and ")} must be installed by hand: this machine has no apt-get`;
  if (!asRoot) return `${packages.join(" and ")} can be installed by: sudo apt-get install ${packages.join(" ")}`;
  process.stderr.write(`Installing ${packages.join(", ")} (apt-get) …\n`);
  // The lists of a fresh container are empty; when they cannot be fetched, the install may still work from old ones.
  await run(program, ["update", "-qq"]);
  const wait = ["-o", `DPkg::Lock::Timeout=${LOCK_WAIT_S}`];
  if (await run(program, [...wait, "install", "-y", "-qq", "--no-install-recommends", ...packages])) return null;
  return `apt-get could not install ${packages.join(" and ")}; what it says is above`;
}
