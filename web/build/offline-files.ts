import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { build, type Plugin, type ResolvedConfig } from "vite";
import { offlineNames } from "./offline-names.ts";

/** Where the service worker lies in the build: at the root, because it serves only what is at or below its own path. */
const workerFile = "service-worker.js";

const worker = join(import.meta.dirname, "../src/offline/service-worker.ts");

/** Builds the service worker after everything else, with the list of what else was built. */
export function offlineFiles(): Plugin {
  let config: ResolvedConfig;
  return {
    name: "heliograph-offline-files",
    apply: "build",
    configResolved: (resolved) => {
      config = resolved;
    },
    writeBundle: {
      order: "post",
      sequential: true,
      async handler(_options, bundle) {
        const folder = resolve(config.root, config.build.outDir);
        const names = [...offlineNames(bundle), ...(await readdir(config.publicDir))];
        const files = await Promise.all(
          names.map(async (name) => ({
            url: `/${name}`,
            // Names below assets/ hold a hash of the content; the others change under the same name.
            revision: name.startsWith("assets/") ? null : await revisionOf(join(folder, name)),
          })),
        );
        await build({
          configFile: false,
          logLevel: "error",
          publicDir: false,
          define: { __HELIOGRAPH_FILES__: JSON.stringify(files), "process.env.NODE_ENV": '"production"' },
          build: {
            target: "es2023",
            outDir: folder,
            emptyOutDir: false,
            // One classic script: not every browser starts a service worker that is a module.
            rollupOptions: { input: worker, output: { format: "iife", entryFileNames: workerFile } },
          },
        });
      },
    },
  };
}

async function revisionOf(file: string): Promise<string> {
  return createHash("sha256")
    .update(await readFile(file))
    .digest("hex")
    .slice(0, 16);
}
