import { execFile } from "node:child_process";
import { mkdtemp } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

/** The folder of `web/`. */
export const webRoot = join(import.meta.dirname, "..");

const vite = join(createRequire(import.meta.url).resolve("vite/package.json"), "..", "bin", "vite.js");

let folder: Promise<string> | undefined;

async function buildOnce(): Promise<string> {
  const outDir = await mkdtemp(join(tmpdir(), "heliograph-web-"));
  // In a process of its own: the test runner's NODE_ENV would put React's development build into the bundle.
  await promisify(execFile)(process.execPath, [vite, "build", "--outDir", outDir, "--logLevel", "error"], {
    cwd: webRoot,
    env: { NODE_ENV: "production" },
  });
  return outDir;
}

/** A production build of the pages, made once per test file. */
export function builtApplication(): Promise<string> {
  folder ??= buildOnce();
  return folder;
}
