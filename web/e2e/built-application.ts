import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

/** Absolute path of `web/`. */
export const webRoot = join(import.meta.dirname, "..");

const vite = join(createRequire(import.meta.url).resolve("vite/package.json"), "..", "bin", "vite.js");

export type Build = AsyncDisposable & { readonly folder: string };

/** Builds the pages for production into a temporary folder, which disposing removes. */
export async function buildApplication(): Promise<Build> {
  const folder = await mkdtemp(join(tmpdir(), "heliograph-web-"));
  // In a separate process: the test runner's NODE_ENV would bundle React's development build.
  await promisify(execFile)(process.execPath, [vite, "build", "--outDir", folder, "--logLevel", "error"], {
    cwd: webRoot,
    env: { NODE_ENV: "production" },
  });
  return { folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
}
