import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

/** The folder of `web/`. */
export const webRoot = join(import.meta.dirname, "..");

const vite = join(createRequire(import.meta.url).resolve("vite/package.json"), "..", "bin", "vite.js");

export type Build = AsyncDisposable & { readonly folder: string };

/** Makes a production build of the pages in a folder of its own, which disposing removes. */
export async function buildApplication(): Promise<Build> {
  const folder = await mkdtemp(join(tmpdir(), "heliograph-web-"));
  // In a process of its own: the test runner's NODE_ENV would put React's development build into the bundle.
  await promisify(execFile)(process.execPath, [vite, "build", "--outDir", folder, "--logLevel", "error"], {
    cwd: webRoot,
    env: { NODE_ENV: "production" },
  });
  return { folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
}
