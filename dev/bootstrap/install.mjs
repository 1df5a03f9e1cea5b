/** Brings node_modules in line with package-lock.json. Of several commands, the first one installs. */
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { isAlive, withInstallLock } from "./install-lock.mjs";

/** The file's JSON, or null when it is absent or half written. */
function readJson(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return null;
  }
}

/**
 * Whether every package of the lock file is installed in its version. This reads npm's own record, which npm writes last. A
 * killed install therefore counts as out of date, and a developer's own `npm install` as up to date.
 */
function isInstalled(root) {
  const wanted = readJson(path.join(root, "package-lock.json"))?.packages;
  const present = readJson(path.join(root, "node_modules", ".package-lock.json"))?.packages;
  if (!wanted) throw new Error("package-lock.json is missing or not JSON: restore it from git.");
  if (!present) return false;
  return Object.entries(wanted).every(([place, entry]) => {
    if (!place.includes("node_modules/")) return true;
    const found = present[place];
    // Packages of other platforms are in the lock and not on the disk.
    if (found === undefined) return entry.optional === true || entry.devOptional === true;
    return found.version === entry.version && found.integrity === entry.integrity;
  });
}

/** Runs `npm ci` with its output on stderr. stdout belongs to the program, whose first line another program may read. */
function npmCi(root) {
  const npm = process.env.npm_execpath?.endsWith("npm-cli.js") ? [process.execPath, process.env.npm_execpath] : ["npm"];
  const args = [...npm.slice(1), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
  // Install all groups, also those that NODE_ENV=production or the user's npm configuration omits: the build tools are
  // development dependencies, and the pinned Node is an optional one.
  args.push("--include=dev", "--include=optional");
  return new Promise((resolve, reject) => {
    const child = spawn(npm[0], args, { cwd: root, stdio: ["ignore", 2, 2] });
    // Exiting here would leave npm writing to node_modules without a holder of the lock.
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
    child.once("error", (error) => reject(new Error(`failed to start npm: ${error.message}`)));
    child.once("exit", (code, signal) => {
      for (const name of ["SIGINT", "SIGTERM", "SIGHUP"]) process.removeAllListeners(name);
      if (code === 0) resolve();
      else reject(new Error(`npm ci failed (${signal ?? `exit code ${code}`}); its output is above.`));
    });
  });
}

/** Refuses to install under a running demo: `npm ci` first deletes the node_modules that the demo runs from. */
function refuseUnderRunningDemo(root) {
  const file = path.join(root, ".data", "demo.pid");
  if (!existsSync(file)) return;
  const pid = Number(readFileSync(file, "utf8"));
  // After a reboot another process may have this id.
  const command = `/proc/${pid}/cmdline`;
  const isDemo = !existsSync(command) || /(demo|dev)\.ts/.test(readFileSync(command, "utf8"));
  if (pid > 0 && isAlive(pid) && isDemo) {
    throw new Error(
      `package-lock.json has changed, and the demo (process ${pid}) runs from node_modules. Stop it first.`,
    );
  }
}

/** Resolves when node_modules matches the lock file. Reports an install or a wait on stderr. */
export async function ensureInstalled(root) {
  if (isInstalled(root)) return;
  await withInstallLock(root, async () => {
    // Another command may have installed while this one waited.
    if (isInstalled(root)) return;
    refuseUnderRunningDemo(root);
    process.stderr.write("Installing dependencies (npm ci) …\n");
    await npmCi(root);
  });
}
