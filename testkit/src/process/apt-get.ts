import { spawn } from "node:child_process";
import { once } from "node:events";
import { isRoot } from "./cache-folder.ts";
import { findProgram } from "./find-program.ts";

/** How long to wait for the lock: a machine that has just started may hold it for a minute or two to update itself. */
const LOCK_WAIT_S = 300;

async function run(program: string, args: readonly string[]): Promise<boolean> {
  // Output goes to stderr, because programs may parse stdout. Run level 1 keeps packages from starting daemons.
  const child = spawn(program, args, {
    stdio: ["ignore", 2, 2],
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive", RUNLEVEL: "1" },
  });
  try {
    const [code] = (await once(child, "exit")) as [number | null];
    return code === 0;
  } catch {
    // The program could not be started.
    return false;
  }
}

/**
 * Installs Debian packages. Resolves to null when they are installed, else to a sentence with the reason. It never throws: the
 * caller decides whether it can continue without them.
 */
export async function aptGetInstall(packages: readonly string[], asRoot: boolean = isRoot): Promise<string | null> {
  const program = findProgram("apt-get");
  if (program === null) return `${packages.join(" and ")} must be installed manually: this machine has no apt-get`;
  if (!asRoot) return `${packages.join(" and ")} can be installed with: sudo apt-get install ${packages.join(" ")}`;
  process.stderr.write(`Installing ${packages.join(", ")} (apt-get) …\n`);
  // A fresh container has no lists. When the update fails, the install may still work with old lists.
  await run(program, ["update", "-qq"]);
  const wait = ["-o", `DPkg::Lock::Timeout=${LOCK_WAIT_S}`];
  if (await run(program, [...wait, "install", "-y", "-qq", "--no-install-recommends", ...packages])) return null;
  return `apt-get could not install ${packages.join(" and ")}; see its output above`;
}
