/** Makes node_modules what package-lock.json asks for, once, whoever comes first. */
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
 * Is every package of the lock file installed in its version? npm writes its own record, which this reads, last: a killed
 * install counts as out of date, and a developer's own `npm install` counts as up to date.
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

/** `npm ci`, its output on stderr: stdout belongs to the program, whose first line may be read by a machine. */
function npmCi(root) {
  const npm = process.env.npm_execpath?.endsWith("npm-cli.js") ? [process.execPath, process.env.npm_execpath] : ["npm"];
  const args = [...npm.slice(1), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
  // Everything, whatever NODE_ENV=production or the user's npm configuration leaves out: the build tools are development
  // dependencies and the pinned Node is an optional one.
  args.push("--include=dev", "--include=optional");
  return new Promise((resolve, reject) => {
    const child = spawn(npm[0], args, { cwd: root, stdio: ["ignore", 2, 2] });
    // Dying here would leave npm writing to node_modules with nobody holding the lock.
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
    child.once("error", (error) => reject(new Error(`npm could not be started: ${error.message}`)));
    child.once("exit", (code, signal) => {
      for (const name of ["SIGINT", "SIGTERM", "SIGHUP"]) process.removeAllListeners(name);
      if (code === 0) resolve();
      else reject(new Error(`npm ci failed (${signal ?? `exit code ${code}`}); what it says is above.`));
    });
  });
}

/** `npm ci` deletes node_modules first, under whatever runs from it. */
function refuseUnderRunningDemo(root) {
  const file = path.join(root, ".data", "demo.pid");
  if (!existsSync(file)) return;
  const pid = Number(readFileSync(file, "utf8"));
  // After a reboot the number may belong to somebody else.
  const command = `/proc/${pid}/cmdline`;
  const isDemo = !existsSync(command) || /(demo|dev)\.ts/.test(readFileSync(command, "utf8"));
  if (pid > 0 && isAlive(pid) && isDemo) {
    throw new Error(
      `package-lock.json has changed, and the demo (process ${pid}) runs from node_modules: stop it first.`,
    );
  }
}

/** Resolves when node_modules matches the lock file; says on stderr when that takes an install or a wait. */
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
