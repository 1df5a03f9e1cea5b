/** Chooses the Node that runs the programs. The code is TypeScript, which Node 24 runs directly. */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import process from "node:process";

const MAJOR = 24;

/** Compares dotted versions: is `version` at least `wanted`? */
function isAtLeast(version, wanted) {
  const [a, b] = [version, wanted].map((text) => text.split(".").map(Number));
  for (let i = 0; i < 3; i++) if (a[i] !== b[i]) return a[i] > b[i];
  return true;
}

/** The version of Node that package.json pins for this platform, or null where npm has none. */
function pinnedVersion(root) {
  const { optionalDependencies = {} } = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8"));
  const platform = `${process.platform === "win32" ? "win" : process.platform}-${process.arch}`;
  return optionalDependencies[`node-${platform}`] ?? optionalDependencies[`node-bin-${platform}`] ?? null;
}

/** Whether the binary starts. Its presence is not enough: the pinned one is built for glibc and does not start on Alpine. */
function starts(node) {
  return existsSync(node) && spawnSync(node, ["--version"], { stdio: "ignore" }).status === 0;
}

/**
 * The path of a Node 24: the running one if it is at least as new as the pinned one, else the pinned one, else a newer
 * running one.
 * @throws Error with the remedy when there is none
 */
export function chooseNode(root) {
  const running = process.versions.node;
  const major = Number(running.split(".")[0]);
  const pinned = pinnedVersion(root);
  if (major === MAJOR && (pinned === null || isAtLeast(running, pinned))) return process.execPath;
  const installed = path.join(root, "node_modules", ".bin", "node");
  if (starts(installed)) return installed;
  if (major >= MAJOR) return process.execPath;
  throw new Error(
    `Node ${MAJOR} is required. This is ${running}, and npm has no Node ${MAJOR} that starts on ${process.platform}-${process.arch}. Install Node ${MAJOR} and run the command again.`,
  );
}
