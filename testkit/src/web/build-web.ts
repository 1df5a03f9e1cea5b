import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import path from "node:path";
import { repositoryRoot } from "../repository.ts";

/** Folder of the built application. */
export const webFolder = path.join(repositoryRoot, "web", "dist");

/**
 * Builds the application, or takes it from turbo's cache when its sources have not changed (well under a second). Rejects with
 * the output of the build.
 */
export async function buildWeb(signal: AbortSignal): Promise<void> {
  const turbo = path.join(repositoryRoot, "node_modules", ".bin", "turbo");
  const child = spawn(
    turbo,
    ["run", "build", "--filter=@heliograph/web", "--output-logs=errors-only", "--ui=stream", "--log-prefix=none"],
    {
      cwd: repositoryRoot,
      stdio: ["ignore", "pipe", "pipe"],
      signal,
      killSignal: "SIGTERM",
    },
  );
  const output: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => output.push(chunk));
  const [code] = (await once(child, "close")) as [number | null];
  if (code !== 0 || !existsSync(path.join(webFolder, "index.html"))) {
    throw new Error(`The web application could not be built:\n${Buffer.concat(output).toString().trim()}`);
  }
}
