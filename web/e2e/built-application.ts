import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "vite";

/** The folder of `web/`. */
export const webRoot = join(import.meta.dirname, "..");

let folder: Promise<string> | undefined;

async function buildOnce(): Promise<string> {
  const outDir = await mkdtemp(join(tmpdir(), "heliograph-web-"));
  await build({
    root: webRoot,
    logLevel: "error",
    // The test runner's own NODE_ENV would otherwise put React's development build into the bundle.
    define: { "process.env.NODE_ENV": '"production"' },
    build: { outDir, emptyOutDir: true },
  });
  return outDir;
}

/** A production build of the pages, made once per test file. */
export function builtApplication(): Promise<string> {
  folder ??= buildOnce();
  return folder;
}
