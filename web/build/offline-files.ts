import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { build, type Plugin, type ResolvedConfig } from "vite";
import { offlineNames } from "./offline-names.ts";

/**
 * File name of the service worker in the build. At the root, because a worker controls only pages at or below its path.
 */
const workerFile = "service-worker.js";

const worker = join(import.meta.dirname, "../src/offline/service-worker.ts");

/** Vite plugin that builds the service worker last, with the list of files that it keeps on the device. */
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
            // File names in assets/ contain a content hash; other files change under the same name.
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
            // One classic script, because not every browser supports module service workers.
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
